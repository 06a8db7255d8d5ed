import { readBody } from '@liaison/client'
import type { PartnerAccount } from '@liaison/client'

import type { Frame } from '../../platform/frame.ts'

/** The newest 100 accounts that this frame may see. */
export async function readAccounts(frame: Frame, signal: AbortSignal): Promise<PartnerAccount[]> {
  const init = { params: { query: { limit: 100 } }, signal }
  const { items } =
    frame.kind === 'org'
      ? await readBody(frame.client.GET('/tenant/partner-access/accounts', init))
      : await readBody(frame.client.GET('/partner/accounts', init))
  return items
}

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
