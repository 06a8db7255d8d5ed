import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ID_PREFIXES, decodeId, encodeId, idFromUuid } from './ids.ts'

const anyUuid = fc
  .bigInt({ min: 0n, max: (1n << 128n) - 1n })
  .map((value) => value.toString(16).padStart(32, '0'))
  .map((hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))

test('the example of the TypeID specification is encoded as published', () => {
  const id = idFromUuid('tenant', '01890a5d-ac96-774b-bcce-b302099a8057')
  expect(encodeId('tenant', id)).toBe('ten_01h455vb4pex5vsknk084sn02q')
})

test.each([
  ['00000000-0000-0000-0000-000000000000', 'par_00000000000000000000000000'],
  ['00000000-0000-0000-0000-000000000020', 'par_00000000000000000000000010'],
  ['ffffffff-ffff-ffff-ffff-ffffffffffff', 'par_7zzzzzzzzzzzzzzzzzzzzzzzzz'],
])('%s is written as %s', (uuid, text) => {
  expect(encodeId('partner', idFromUuid('partner', uuid))).toBe(text)
  expect(decodeId('partner', text)).toBe(uuid)
})

test('decoding undoes encoding for every UUID', () => {
  fc.assert(
    fc.property(anyUuid, (uuid) => decodeId('link', encodeId('link', idFromUuid('link', uuid))) === uuid),
  )
})

test('public ids sort as their UUIDs do', () => {
  const encode = (uuid: string) => encodeId('link', idFromUuid('link', uuid))
  fc.assert(fc.property(anyUuid, anyUuid, (a, b) => a < b === encode(a) < encode(b)))
})

test('a text that decodes is the one canonical form of what it decodes to', () => {
  const letters = fc.constantFrom(...Array.from('0123456789abcdefghijklmnopqrstuvwxyzABZ-_ '))
  const suffix = fc.array(letters, { minLength: 25, maxLength: 27 }).map((all) => all.join(''))
  fc.assert(
    fc.property(suffix, (text) => {
      const id = decodeId('person', `psn_${text}`)
      return id === null || encodeId('person', id) === `psn_${text}`
    }),
  )
})

test.each([
  ['another prefix', 'par_01h455vb4pex5vsknk084sn02q'],
  ['no prefix', '01h455vb4pex5vsknk084sn02q'],
  ['upper case', 'ten_01H455VB4PEX5VSKNK084SN02Q'],
  ['a first letter above 7', 'ten_81h455vb4pex5vsknk084sn02q'],
  ['a letter outside the alphabet', 'ten_01h455vb4pex5vsknk084sn02l'],
  ['a missing letter', 'ten_01h455vb4pex5vsknk084sn02'],
  ['a letter too many', 'ten_01h455vb4pex5vsknk084sn02qq'],
  ['a line feed', 'ten_01h455vb4pex5vsknk084sn02q\n'],
  ['a UUID', 'ten_01890a5d-ac96-774b-bcce-b302099a8057'],
])('an id with %s is no tenant', (_, text) => {
  expect(decodeId('tenant', text)).toBeNull()
})

test('only a canonical UUID can be branded', () => {
  expect(() => idFromUuid('tenant', '01890A5D-AC96-774B-BCCE-B302099A8057')).toThrow('canonical UUID')
  expect(() => idFromUuid('tenant', 'ten_01h455vb4pex5vsknk084sn02q')).toThrow('canonical UUID')
})

test('every prefix is three lower-case letters and names one kind', () => {
  const prefixes = Object.values(ID_PREFIXES)
  expect(prefixes.filter((prefix) => !/^[a-z]{3}$/.test(prefix))).toEqual([])
  expect(new Set(prefixes).size).toBe(prefixes.length)
})

test('the prefixes are the published ones', () => {
  expect(ID_PREFIXES).toMatchSnapshot()
})
