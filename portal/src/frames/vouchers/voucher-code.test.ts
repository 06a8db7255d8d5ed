import { describe, expect, test } from 'vitest'

import { isVoucherCode } from './voucher-code.ts'

/** Codes as the server made them. */
const CODES = ['2GBK-HPEJ-KA51', 'ZF6F-NJR4-YVP0', '5N34-EYDP-RZGW', 'KWHZ-JRTY-ERFS', 'JBQ5-ZM1H-VFSX']
const LETTERS = Array.from('0123456789ABCDEFGHJKMNPQRSTVWXYZ')

describe('the code of a voucher at the till', () => {
  test.each(CODES)('%s is one, however it is typed', (code) => {
    const typed = [code, code.toLowerCase(), code.replaceAll('-', ''), code.replaceAll('-', ' – ')]
    const alike = [code.replaceAll('0', 'o'), code.replaceAll('1', 'l'), code.replaceAll('1', 'I')]
    for (const text of [...typed, ...alike]) expect(isVoucherCode(text), text).toBe(true)
  })

  test('with one character wrong, left out or doubled it is none (E9)', () => {
    for (const code of CODES.map((shown) => shown.replaceAll('-', ''))) {
      for (const at of Array.from(code).keys()) {
        const [before, after] = [code.slice(0, at), code.slice(at + 1)]
        expect(isVoucherCode(before + after)).toBe(false)
        expect(isVoucherCode(`${before}${code.slice(at)}${code.charAt(at)}`)).toBe(false)
        for (const other of LETTERS)
          expect(isVoucherCode(before + other + after)).toBe(other === code.charAt(at))
      }
    }
  })

  test('what is no code at all is none', () => {
    for (const text of ['', '-', '000000000001', 'https://example.com', 'UUUU-UUUU-UUUU', '١٢٣٤٥٦٧٨٩٠١٢'])
      expect(isVoucherCode(text), text).toBe(false)
  })
})
