import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeVault } from './vault.ts'
import type { DataKey, KeyRing } from './vault.ts'

const REFUSED =
  /unable to authenticate|unknown version|authentication tag|initialization vector|not there yet/i
const PLACE = 'totp_factor.secret of somebody'
const key: DataKey = { number: 7, key: Buffer.alloc(32, 7) }
const ring: KeyRing = {
  current: () => key,
  find: (number) => (number === key.number ? key : undefined),
  accepted: () => [key],
  isRootRetired: () => false,
}
const VAULTS = [makeVault('a root of this test'), makeVault('a root of this test', ring)] as const

test.each(VAULTS.map((vault, index) => [index === 0 ? 'the root' : 'a data key', vault] as const))(
  'what is sealed with %s opens in its place alone, and with one changed bit, or cut off anywhere, not at all (ASVS 11.2.5, 11.3.3)',
  (_, vault) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(), fc.nat({ max: 7 }), (plain, drawn, bit) => {
        const sealed = vault.seal(Buffer.from(plain), PLACE)
        expect(vault.open(sealed, PLACE)).toEqual(Buffer.from(plain))
        expect(() => vault.open(sealed, `${PLACE} else`)).toThrow('unable to authenticate')
        const altered = Buffer.from(sealed)
        const at = drawn % sealed.length
        altered[at] = (altered[at] ?? 0) ^ (1 << bit)
        expect(() => vault.open(altered, PLACE)).toThrow(REFUSED)
        expect(() => vault.open(sealed.subarray(0, at), PLACE)).toThrow(REFUSED)
      }),
    )
  },
)

test('no two values have one nonce, not even equal ones (ASVS 11.3.4)', () => {
  const sealed = Array.from({ length: 1000 }, () => makeVault('a root').seal(Buffer.from('same'), PLACE))
  expect(new Set(sealed.map((value) => value.subarray(1, 13).toString('hex'))).size).toBe(sealed.length)
})
