import { expect, test } from 'vitest'
import { excerptOf } from './excerpt.ts'

const excerpt = (text: string) =>
  excerptOf({
    contentType: 'text/plain',
    bytes: Buffer.from(text),
    url: new URL('https://receiver.example/hook'),
  })

test('what is named like a credential is hidden wherever the name begins (R9)', () => {
  expect(excerpt('my-api_key: abc, x')).toBe('my-api_key: [hidden], x')
  expect(excerpt('{"set-cookie":"a=b","state":"ok"}')).toBe('{"set-cookie":[hidden],"state":"ok"}')
  expect(excerpt('old_password = "a b" done')).toBe('old_password = [hidden] done')
})

test('an answer that is one long word is read as quickly as any other (R6, R8)', () => {
  expect(excerpt('a'.repeat(500_000))).toBe('[hidden]')
})
