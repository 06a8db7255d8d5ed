import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  agree,
  approveAgreement,
  draftAgreement,
  offerAgreement,
  openAgreementScene,
} from '#testing/agreement-acts.ts'
import type { AgreementScene } from '#testing/agreement-acts.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { STANDARD_TERMS } from '#testing/program-acts.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'
import { sha256Hex } from './content.ts'
import { makeAgreementRoutes, runAgreementClock } from './index.ts'

const run = promisify(execFile)

let world: TestWorld
let scene: AgreementScene
beforeAll(async () => {
  world = await TestWorld.start(makeAgreementRoutes)
  scene = await openAgreementScene(world)
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const browse = (caller: AgreementScene['owner'] | null) => {
  const browser = new FormBrowser(world)
  browser.cookie = caller?.cookie ?? null
  return browser
}

const hidden = (text: string, name: string) =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? ''

async function fill(browser: FormBrowser, id: string) {
  const form = await browser.get(`/agreements/${id}/sign/name`)
  return {
    content_sha256: hidden(form.text, 'content_sha256'),
    shown: hidden(form.text, 'shown'),
    typed_name: 'Ana Ruiz',
    capacity: 'Managing director',
    confirmed: 'on',
  }
}

test('who is to sign reads from when an agreement holds that is to begin later (D4)', async () => {
  const own = await openAgreementScene(world)
  const id = await draftAgreement(world, own, { starts_at: '2031-04-01T00:00:00Z' })
  await offerAgreement(world, own, id)
  const page = await browse(own.owner).get(`/agreements/${id}/sign`)
  expect(page.text).toContain('It does not hold before 1 Apr 2031, 00:00 UTC.')
})

test('nobody of a partner that was stopped is asked to hurry with a signature that is not theirs to give now (C1, D4)', async () => {
  const asked = async (status: string) => {
    const own = await openAgreementScene(world)
    const id = await draftAgreement(world, own)
    await offerAgreement(world, own, id, 2)
    await world.seed('update partner set status = $2 where id = $1', [own.partner, status])
    await runAgreementClock(world.database, TEST_ORIGIN)
    const mails = await world.sql(
      `select 1 from outbox where topic = 'mail' and payload ->> 'text' like '%' || $1 || '%' and payload ->> 'subject' like '%can be signed until%'`,
      [id],
    )
    return mails.length
  }
  expect(await asked('active')).toBe(1)
  expect(await asked('suspended')).toBe(0)
})

test('an owner reads, signs and is told what comes next, without any script (U2, D4)', async () => {
  const first = await agree(world, scene)
  const id = await draftAgreement(world, scene, { terms: { ...STANDARD_TERMS, hold_days: 14 } })
  await offerAgreement(world, scene, id)
  const browser = browse(scene.owner)
  const text = await browser.get(`/agreements/${id}/sign`)
  expect(text.status).toBe(200)
  expect(text.text).not.toContain('<script')
  expect(text.text).toContain('What changed since version 1')
  expect(text.text).toMatch(/30 days[\s\S]*14 days/)
  expect(text.text).toContain('Only owners can sign.')
  const body = await fill(browser, id)
  const faulty = await browser.post(`/agreements/${id}/sign/name`, {
    ...body,
    typed_name: '',
    capacity: '',
    confirmed: 'on',
  })
  expect(faulty.status).toBe(422)
  expect(faulty.text).toContain('Enter your full name')
  const unticked = await browser.post(`/agreements/${id}/sign/name`, {
    content_sha256: body.content_sha256,
    shown: body.shown,
    typed_name: 'Ana Ruiz',
    capacity: 'Managing director',
  })
  expect(unticked.text).toContain('Tick that you may sign')
  const sent = await browser.post(`/agreements/${id}/sign/name`, body)
  expect([sent.status, sent.location]).toEqual([303, `/agreements/${id}/done`])
  const done = await browser.follow(sent)
  expect(done.text).toContain('Signed. One step is left on our side')
  expect(done.text).toContain(body.content_sha256)
  await approveAgreement(world, scene, id)
  expect((await browser.get(`/agreements/${id}/done`)).text).toContain('The agreement is in force.')
  const before = (await browser.get(`/agreements/${first}/done`)).text
  expect(before).toContain('A later version took its place.')
  expect(before).not.toContain('in force')
})

test('declining without script lands on its own page and changes nothing (U2, D4)', async () => {
  const own = await openAgreementScene(world)
  const id = await draftAgreement(world, own)
  await offerAgreement(world, own, id)
  const browser = browse(own.owner)
  expect((await browser.post(`/agreements/${id}/decline`, { reason: ' ' })).status).toBe(422)
  const sent = await browser.post(`/agreements/${id}/decline`, { reason: 'Too <long> a wait.' })
  const declined = await browser.follow(sent)
  expect(declined.text).toContain('You declined version 1')
  expect(declined.text).toContain('Too &lt;long&gt; a wait.')
})

test('a reason as long as the form takes is taken with its lines as browsers send them (U2, D4)', async () => {
  const own = await openAgreementScene(world)
  const id = await draftAgreement(world, own)
  await offerAgreement(world, own, id)
  const browser = browse(own.owner)
  const lines = Array.from({ length: 100 }, (_, index) => `Point ${index}`.padEnd(9, '.'))
  const written = lines.join('\n')
  expect(written).toHaveLength(999)
  const sent = await browser.post(`/agreements/${id}/decline`, { reason: written.replaceAll('\n', '\r\n') })
  expect(sent.status).toBe(303)
  const read = await world.call(own.owner, 'GET', `/api/v1/program/agreements/${id}`)
  expect(read.json()).toMatchObject({ state: 'declined', reason: written })
})

test('staff read what is in force and are offered no signature; a foreign site cannot send the form (D1, D4)', async () => {
  const own = await openAgreementScene(world)
  const id = await agree(world, own)
  const staff = browse(own.staff)
  expect((await staff.get(`/agreements/${id}/sign`)).text).not.toContain('sign/name')
  expect((await staff.get(`/agreements/${id}/sign/name`)).status).toBe(403)
  const next = await draftAgreement(world, own)
  await offerAgreement(world, own, next)
  expect((await staff.get(`/agreements/${next}/sign`)).status).toBe(404)
  const owner = browse(own.owner)
  const body = await fill(owner, next)
  const foreign = await owner.post(`/agreements/${next}/sign/name`, body, { origin: 'https://evil.example' })
  expect(foreign.status).toBe(403)
})

test('the form asks for a fresh factor first, and leads back to itself (D4)', async () => {
  const own = await openAgreementScene(world)
  const id = await draftAgreement(world, own)
  await offerAgreement(world, own, id)
  const stale = browse(await world.signIn(own.ownerId, { factorAgeSeconds: 280 }))
  const shown = await stale.get(`/agreements/${id}/sign/name`)
  expect([shown.status, shown.location]).toEqual([
    303,
    `/step-up?return_to=${encodeURIComponent(`/agreements/${id}/sign/name`)}`,
  ])
})

test('anybody checks a fingerprint or a file: valid or unknown, the day, and names for those who may read it (D4)', async () => {
  const own = await openAgreementScene(world)
  const id = await agree(world, own)
  const { content_sha256: fingerprint } = (
    await world.call(own.owner, 'GET', `/api/v1/program/agreements/${id}`)
  ).json()
  const stranger = await browse(null).get(`/verify/agreements/${fingerprint}`)
  expect(stranger.text).toContain('<h1>Valid</h1>')
  expect(stranger.text).not.toContain('Northwind')
  const owner = await browse(own.owner).get(`/verify/agreements/${fingerprint}`)
  expect(owner.text).toContain('Northwind')
  const foreign = await openAgreementScene(world)
  expect((await browse(foreign.owner).get(`/verify/agreements/${fingerprint}`)).text).not.toContain(
    'Northwind and',
  )
  expect((await browse(null).get(`/verify/agreements/${'a'.repeat(64)}`)).text).toContain('<h1>Unknown</h1>')
  expect((await browse(null).get('/verify?sha256=abc')).status).toBe(422)
})

test('a draft and an offer are unknown to the world (D4)', async () => {
  const own = await openAgreementScene(world)
  const id = await draftAgreement(world, own, { terms: { ...STANDARD_TERMS, hold_days: 123 } })
  const { content_sha256: fingerprint } = await offerAgreement(world, own, id)
  expect((await browse(null).get(`/verify/agreements/${fingerprint}`)).text).toContain('<h1>Unknown</h1>')
})

function upload(file: Buffer) {
  const mark = 'x-test-boundary'
  const payload = Buffer.concat([
    Buffer.from(
      `--${mark}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n`,
    ),
    file,
    Buffer.from(`\r\n--${mark}--\r\n`),
  ])
  return {
    payload,
    headers: {
      'content-type': `multipart/form-data; boundary=${mark}`,
      accept: 'text/html',
      origin: TEST_ORIGIN,
    },
  }
}

test('a file that is sent in is compared byte by byte, and only that form takes files (D4)', async () => {
  const own = await openAgreementScene(world)
  const id = await agree(world, own)
  const file = await world.call(own.owner, 'GET', `/api/v1/program/agreements/${id}/pdf`)
  const send = (url: string, bytes: Buffer) =>
    world.app.http.inject({ method: 'POST', url, ...upload(bytes) })
  const known = await send('/verify/files', file.rawPayload)
  expect(known.body).toContain('<h1>Valid</h1>')
  expect(known.body).toContain(sha256Hex(file.rawPayload))
  const changed = Buffer.from(file.rawPayload)
  changed[400] = (changed[400] ?? 0) ^ 1
  expect((await send('/verify/files', changed)).body).toContain('<h1>Unknown</h1>')
  expect((await send('/verify/files', Buffer.alloc(0))).statusCode).toBe(422)
  expect((await send(`/api/v1/program/agreements/${id}/decline`, file.rawPayload)).statusCode).toBe(415)
})

test('attack 87: a form of nothing but marks of parts, or of a head without an end, is read as quickly as any other', async () => {
  const mark = 'b'
  const send = (payload: string) =>
    world.app.http.inject({
      method: 'POST',
      url: '/verify/files',
      payload,
      headers: {
        'content-type': `multipart/form-data; boundary=${mark}`,
        accept: 'text/html',
        origin: TEST_ORIGIN,
      },
    })
  const startedMs = performance.now()
  for (const payload of [
    `--${mark}\r\n`.repeat(60_000),
    `--${mark}\r\nx; filename=\r\n`.repeat(20_000),
    `--${mark}\r\n${';'.repeat(400_000)}`,
    `--${mark}\r\n${'; '.repeat(200_000)}\r\n\r\nbytes\r\n--${mark}--`,
  ])
    expect((await send(payload)).statusCode).toBe(422)
  expect(performance.now() - startedMs).toBeLessThan(2000)
})

test('attack 87: the file is the one that is sent as a file, whatever stands around it', async () => {
  const own = await openAgreementScene(world)
  const id = await agree(world, own)
  const file = await world.call(own.owner, 'GET', `/api/v1/program/agreements/${id}/pdf`)
  const { payload, headers } = upload(file.rawPayload)
  const send = (bytes: Buffer, type = headers['content-type']) =>
    world.app.http.inject({
      method: 'POST',
      url: '/verify/files',
      payload: bytes,
      headers: { ...headers, 'content-type': type },
    })
  const field = Buffer.from(
    '--x-test-boundary\r\nContent-Disposition: form-data; name="file"\r\n\r\nno file\r\n',
  )
  expect((await send(Buffer.concat([field, payload]))).body).toContain('<h1>Valid</h1>')
  for (const type of [
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=y',
  ])
    expect((await send(payload, type)).statusCode).toBe(422)
  const many = Buffer.concat([...Array.from({ length: 20 }, () => field), payload])
  expect((await send(many)).statusCode).toBe(422)
  const large = await send(Buffer.concat([Buffer.alloc(5_300_000), payload]))
  // A page tells what is too large as what cannot be read.
  expect(large.statusCode).toBe(400)
})

test('the sealed file holds text, evidence and history, and an independent checker finds it whole (D4)', async (context) => {
  const isThere = await run('pdfsig', ['-v']).then(
    () => true,
    () => false,
  )
  if (!isThere) return context.skip('poppler-utils is not installed: nobody independent read the file')
  const own = await openAgreementScene(world)
  const id = await agree(world, own)
  const file = await world.call(own.owner, 'GET', `/api/v1/program/agreements/${id}/pdf`)
  const folder = await mkdtemp(join(tmpdir(), 'liaison-agreement-'))
  try {
    const path = join(folder, 'agreement.pdf')
    await writeFile(path, file.rawPayload)
    expect((await run('pdfsig', ['-nocert', path])).stdout).toContain('Signature is Valid')
    const { stdout: words } = await run('pdftotext', [path, '-'])
    for (const part of [
      'You earn 10%',
      'Signed by',
      'Ana Ruiz',
      'Managing director',
      'Approved by',
      'Kim Vance',
      'this is no signature',
      'development seal',
      'simple electronic signature',
    ])
      expect(words).toContain(part)
    const { stdout: attached } = await run('pdfdetach', ['-list', path])
    expect(attached).toContain('agreement.md')
    expect(attached).toContain('terms.json')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
