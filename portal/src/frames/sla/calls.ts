import { readBody } from '@liaison/client'
import type { SlaTerms } from '@liaison/client'

import { useFrame } from '../../platform/frame.ts'

export type PreviewBody = {
  terms: SlaTerms
  tickets: { priority: 'urgent' | 'high' | 'normal' | 'low'; opened_at: string }[]
}

/** The calls about promises that both frames make, each on its own side. */
export function useSlaCalls() {
  const { client, kind } = useFrame()
  const isOrg = kind === 'org'
  return {
    preview: (body: PreviewBody) =>
      isOrg
        ? readBody(client.POST('/tenant/sla/preview', { body }))
        : readBody(client.POST('/partner/sla/preview', { body })),
    people: (signal: AbortSignal) =>
      isOrg
        ? readBody(client.GET('/tenant/support/assignees', { signal }))
        : readBody(client.GET('/partner/support/assignees', { signal })),
  }
}
