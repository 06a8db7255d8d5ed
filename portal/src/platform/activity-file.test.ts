import { createLiaisonClient } from '@liaison/client'
import { expect, test } from 'vitest'

import { readActivityFile } from './calls.ts'

test.each([
  ['true', true],
  ['false', false],
])('a file of the log tells whether older events did not fit: %s', async (header, isCut) => {
  const fetch = () =>
    Promise.resolve(
      new Response('occurred_at\r\n', {
        headers: { 'content-type': 'text/csv', 'x-export-truncated': header },
      }),
    )
  const client = createLiaisonClient({ baseUrl: 'https://api.example.test', fetch })
  expect(await readActivityFile({ kind: 'platform', client }, { by: 'provider' })).toEqual({
    text: 'occurred_at\r\n',
    isCut,
  })
})
