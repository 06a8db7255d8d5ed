import { roleMay, useFrame } from '../../platform/frame.ts'

/** The organisations for which the person may order as one of its own people. */
export function useOwnOrganisations(): { id: string; name: string }[] {
  const { me } = useFrame()
  return me.frames.flatMap((frame) =>
    frame.kind === 'org' && roleMay(frame.role, 'tenant.orders.create')
      ? [{ id: frame.id, name: frame.name }]
      : [],
  )
}
