import { readBody } from '@liaison/client'

import { useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'

const query = { status: 'requested', limit: 100 }

/** What the provider's support asks for and nobody has answered yet; of no interest to those who do not answer. */
export function useSupportWaiting() {
  const mayAnswer = useMay('tenant.partner_access.approve')
  const waiting = useRead(
    ['support-access', query],
    ({ client }, signal) => readBody(client.GET('/tenant/support-access', { params: { query }, signal })),
    { enabled: mayAnswer },
  )
  return waiting.data?.items ?? []
}
