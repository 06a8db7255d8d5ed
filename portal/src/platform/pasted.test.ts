import { encodeId, idFromUuid } from '@liaison/access'
import { expect, test } from 'vitest'

import { isDecisionId, isRequestId } from './pasted.ts'

test('what a refusal carries is known when it is pasted, and nothing else is taken for it', () => {
  const decision = encodeId('explain', idFromUuid('explain', '01935d5c-0000-7000-8000-000000000001'))
  expect([isDecisionId(decision), isRequestId(decision)]).toEqual([true, false])
  const request = 'req_AbCdEfGhIjKlMnOpQr-_12'
  expect([isDecisionId(request), isRequestId(request)]).toEqual([false, true])
  for (const other of [
    '',
    'req_',
    'exp_',
    `x${decision}`,
    `${request}x`,
    'request',
    'par_01jwmf5hp3e0t9tzd2zd0x0wye',
  ])
    expect([isDecisionId(other), isRequestId(other)], other).toEqual([false, false])
})
