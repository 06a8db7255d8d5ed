import { createLiaisonClient } from '@liaison/client'
import type { LiaisonClient } from '@liaison/client'
import { expect, test, vi } from 'vitest'

import { answerStepUpOnEscape, createAskingClient, readStepUpQuestion, withStepUp } from './step-up.ts'

const SOON = { timeout: 15_000, interval: 20 }

/** A server that wants a fresh proof before it takes the second of two changes. */
function serverThatAsks() {
  const sent: string[] = []
  let isProven = false
  const fetch = (request: Request) => {
    const { pathname } = new URL(request.url)
    sent.push(pathname)
    const isRefused = pathname === '/partner/users/invite' && !isProven
    const body = isRefused ? { code: 'STEP_UP_REQUIRED' } : {}
    const type = isRefused ? 'application/problem+json' : 'application/json'
    return Promise.resolve(
      new Response(JSON.stringify(body), {
        status: isRefused ? 401 : 200,
        headers: { 'content-type': type },
      }),
    )
  }
  const client = createLiaisonClient({ baseUrl: 'https://api.example.test', fetch })
  return { sent, prove: () => (isProven = true), client }
}

async function write(client: LiaisonClient): Promise<void> {
  await client.POST('/partner/context/entries', {})
  await client.POST('/partner/users/invite', { body: { email: 'a@b.example', role: 'guest' } })
}

async function answer(isConfirmed: boolean): Promise<void> {
  const question = await vi.waitFor(() => {
    const asked = readStepUpQuestion()
    if (asked === null) throw new Error('Nothing is asked yet.')
    return asked
  }, SOON)
  question.answer(isConfirmed)
}

test('a write of two calls goes on from the one that was refused, and sends the first one once', async () => {
  const { sent, prove, client } = serverThatAsks()
  const done = withStepUp(() => write(createAskingClient(client)))
  await vi.waitFor(() => expect(readStepUpQuestion()?.isRepeated).toBe(false), SOON)
  prove()
  await answer(true)
  await done
  expect(sent).toEqual(['/partner/context/entries', '/partner/users/invite', '/partner/users/invite'])
})

test('whoever does not confirm is asked once and gets the refusal', async () => {
  const { sent, client } = serverThatAsks()
  const refused = withStepUp(() => write(createAskingClient(client))).catch((error: unknown) => error)
  await answer(false)
  expect(await refused).toMatchObject({ code: 'STEP_UP_REQUIRED' })
  expect(readStepUpQuestion()).toBeNull()
  expect(sent).toEqual(['/partner/context/entries', '/partner/users/invite'])
})

test('Escape answers the question, and what lies below it is not told of the key', async () => {
  vi.stubGlobal('window', new EventTarget())
  answerStepUpOnEscape()
  const below = vi.fn<(event: Event) => void>()
  window.addEventListener('keydown', below, { capture: true })
  const press = () => window.dispatchEvent(Object.assign(new Event('keydown'), { key: 'Escape' }))
  const { client } = serverThatAsks()
  const refused = write(createAskingClient(client)).catch((error: unknown) => error)
  await vi.waitFor(() => expect(readStepUpQuestion()).not.toBeNull(), SOON)
  press()
  expect(await refused).toMatchObject({ code: 'STEP_UP_REQUIRED' })
  expect(below).not.toHaveBeenCalled()
  press()
  expect(below).toHaveBeenCalledTimes(1)
  vi.unstubAllGlobals()
})
