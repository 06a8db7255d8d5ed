import { readBody } from '@liaison/client'
import type { PartnerAccount } from '@liaison/client'

import type { Frame } from '../../platform/frame.ts'
import { readAllByOffset } from '../../platform/read-all.ts'

type AccountQuery = { status?: string; limit: number; offset: number }

/** A page of the accounts that this frame may see, the newest first. */
export function readAccounts({ kind, client }: Frame, query: AccountQuery, signal: AbortSignal) {
  const init = { params: { query }, signal }
  return kind === 'org'
    ? readBody(client.GET('/tenant/partner-access/accounts', init))
    : readBody(client.GET('/partner/accounts', init))
}

/** Every account that is asked for and not answered, however many there are. */
export const readAskedAccounts = (frame: Frame, signal: AbortSignal): Promise<PartnerAccount[]> =>
  readAllByOffset((place) => readAccounts(frame, { status: 'requested', limit: 100, ...place }, signal))

/** Ends an account, or declines or takes back what was asked for, from whichever side this frame is. */
export function moveAccount(
  frame: Frame,
  account: PartnerAccount,
  move: { readonly to: 'end' | 'decline' | 'withdraw'; readonly reason: string },
): Promise<PartnerAccount> {
  const { to, reason } = move
  const call = {
    params: { path: { account_id: account.account_id } },
    body: reason === '' ? {} : { reason },
  }
  if (frame.kind !== 'org')
    return readBody(
      frame.client.POST(`/partner/accounts/{account_id}/${to === 'withdraw' ? 'withdraw' : 'end'}`, call),
    )
  return readBody(
    frame.client.POST(
      `/tenant/partner-access/accounts/{account_id}/${to === 'decline' ? 'decline' : 'end'}`,
      call,
    ),
  )
}
