import { readFile } from 'node:fs/promises'
import { readdir } from 'node:fs/promises'
import * as helpers from 'oidc-provider/lib/helpers/grants.js'
import { Provider } from 'oidc-provider'
import { expect, test } from 'vitest'

const folder = new URL('.', import.meta.url)

test('the helpers of the library that the exchange uses are there and take what it gives them', () => {
  expect(helpers.validateDpop).toHaveLength(3)
  expect(helpers.checkDpopRequired.length).toBeGreaterThanOrEqual(3)
  expect(helpers.checkDpopReplay.length).toBeGreaterThanOrEqual(4)
  const provider = new Provider('http://localhost:3000')
  const told = helpers.buildTokenResponse(provider, {
    accessToken: 'a',
    tokenType: 'DPoP',
    expiresIn: 5,
    issuedTokenType: 'i',
    scope: 's',
  })
  expect(told).toEqual({
    access_token: 'a',
    token_type: 'DPoP',
    expires_in: 5,
    issued_token_type: 'i',
    scope: 's',
  })
})

test('the version of the library is the one that was examined (delegation.md section 2)', async () => {
  const found: unknown = JSON.parse(
    await readFile(new URL('../../../../node_modules/oidc-provider/package.json', folder), 'utf8'),
  )
  expect(found).toMatchObject({ version: '9.13.3' })
})

test('one file alone reaches into the library', async () => {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  const reaching: string[] = []
  for (const name of files)
    if ((await readFile(new URL(name, folder), 'utf8')).includes('oidc-provider/lib/')) reaching.push(name)
  expect(reaching).toEqual(['exchange.ts'])
})
