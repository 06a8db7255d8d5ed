import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'

const stopped: string[] = []
const nothing = () => undefined
let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [], {
    observer: {
      decided: nothing,
      limited: nothing,
      opened: nothing,
      crossed: nothing,
      auditFailed: nothing,
      signalled: nothing,
      formAnswered: nothing,
      stopped: (directive) => stopped.push(directive),
    },
  })
})
afterAll(() => world[Symbol.asyncDispose]())

async function report(type: string, body: unknown): Promise<[status: number, stopped: string[]]> {
  stopped.length = 0
  const { statusCode } = await world.app.http.inject({
    method: 'POST',
    url: '/policy-reports',
    headers: { 'content-type': type },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return [statusCode, [...stopped]]
}

const violation = (effectiveDirective: string) => ({
  type: 'csp-violation',
  url: 'https://portal.example/org/ten_1/access?find=Dana',
  body: { effectiveDirective, blockedURL: 'https://evil.example/x.js' },
})

test('what a policy stopped in a browser is counted by directive, in both forms in which browsers tell it (ASVS 3.4.7)', async () => {
  const together = [violation('script-src-elem'), { type: 'deprecation' }, violation('img-src')]
  expect(await report('application/reports+json', together)).toEqual([204, ['script-src-elem', 'img-src']])
  const older = { 'csp-report': { 'violated-directive': "style-src 'self'" } }
  expect(await report('application/csp-report', older)).toEqual([204, ['style-src']])
})

test('a report invents no label, and what is none is answered alike and counted nowhere', async () => {
  expect(await report('application/reports+json', [violation('my-own-label')])).toEqual([204, ['other']])
  for (const nonsense of ['', '{', 'null', '[]', '{"csp-report":7}', '[{"type":7}]'])
    expect(await report('application/csp-report', nonsense), nonsense).toEqual([204, []])
  expect((await report('application/json', [violation('img-src')]))[0]).toBe(415)
  expect((await report('application/csp-report', 'x'.repeat(20_000)))[0]).toBe(413)
})
