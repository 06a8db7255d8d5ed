import type { Caller, TestWorld } from './world.ts'

/** A further admin of the provider, as the second person of what takes two. */
async function openSecondAdmin(world: TestWorld): Promise<Caller> {
  const { id } = await world.person('Bea Second')
  await world.platformAdmin(id)
  return world.signIn(id)
}

/** Confirms what somebody asked for, as another admin. */
export async function confirmRequest(
  world: TestWorld,
  id: string,
  of:
    | 'partner-terminations'
    | 'agreement-settings'
    | 'earning-settings'
    | 'identity-settings' = 'partner-terminations',
): Promise<void> {
  const answer = await world.call(
    await openSecondAdmin(world),
    'POST',
    `/api/v1/admin/second-person-requests/${of}/${id}/decision`,
    { body: { decision: 'confirm' } },
  )
  if (answer.statusCode !== 200) throw new Error(answer.body)
}
