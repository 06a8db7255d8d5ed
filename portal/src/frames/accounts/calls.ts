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

/** Ends an account, or declines what was asked for, from whichever side this frame is. */
export function moveAccount(
  frame: Frame,
  account: PartnerAccount,
  move: { readonly to: 'end' | 'decline'; readonly reason: string },
): Promise<PartnerAccount> {
  const call = {
    params: { path: { account_id: account.account_id } },
    body: move.reason === '' ? {} : { reason: move.reason },
  }
  return frame.kind === 'org'
    ? readBody(frame.client.POST(`/tenant/partner-access/accounts/{account_id}/${move.to}`, call))
    : readBody(frame.client.POST('/partner/accounts/{account_id}/end', call))
}
