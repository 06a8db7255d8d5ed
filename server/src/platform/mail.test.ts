import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { SOON } from '#testing/patience.ts'
import { TestWorld } from '#testing/world.ts'
import { HopelessError, startJobs } from './jobs.ts'
import { makeMailHandler } from './mail.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

/** A mail server that offers no TLS, and what it was told. */
class PlainServer implements AsyncDisposable {
  said = ''
  readonly #server = createServer((socket) => {
    let inData = false
    socket.on('error', () => undefined)
    socket.write('220 mail.example ESMTP\r\n')
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.said += text
      if (inData) {
        inData = !this.said.endsWith('\r\n.\r\n')
        if (!inData) socket.write('250 kept\r\n')
      } else if (text.startsWith('DATA')) {
        inData = true
        socket.write('354 go on\r\n')
      } else if (text.startsWith('QUIT')) socket.end('221 bye\r\n')
      else if (text.startsWith('STARTTLS')) socket.write('502 no\r\n')
      else if (text.startsWith('RCPT TO:<nobody@'))
        socket.write('550 <nobody@example.test>: no such mailbox\r\n')
      else if (text.startsWith('RCPT TO:<busy@')) socket.write('450 try again later\r\n')
      else socket.write('250 ok\r\n')
    })
  })

  static async start(): Promise<PlainServer> {
    const server = new PlainServer()
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  get url(): string {
    const address = this.#server.address()
    return `smtp://me:secret@127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    await once(this.#server, 'close')
  }
}

test('a mail server without TLS gets neither mail nor password, and the mail waits (ASVS 12.3.1)', async () => {
  await using smtp = await PlainServer.start()
  const send = makeMailHandler({
    database: world.database,
    smtpUrl: smtp.url,
    from: 'liaison@example.test',
  })
  const id = randomUUID()
  await expect(send({ to: 'lee@example.test', subject: 'Code', text: '123456' }, id)).rejects.toThrow(
    'STARTTLS',
  )
  expect(smtp.said).not.toMatch(/AUTH|MAIL FROM|DATA|123456/)
  expect(await world.sql('select sent_at from mail_message where id = $1', [id])).toEqual([{ sent_at: null }])
})

test('what people write adds no field, no recipient and no command to a mail (ASVS 1.3.11)', async () => {
  await using smtp = await PlainServer.start()
  const send = makeMailHandler({
    database: world.database,
    smtpUrl: `${smtp.url}?ignoreTLS=true`,
    from: 'liaison@example.test',
  })
  const name = 'Lee\r\nBcc: thief@evil.example\r\n\r\nAnother body'
  await send(
    {
      to: 'lee@example.test',
      subject: `${name} invites you`,
      text: 'Hello\r\n.\r\nMAIL FROM:<thief@evil.example>\r\nRCPT TO:<thief@evil.example>\r\n',
    },
    randomUUID(),
  )
  const [commands = '', ...rest] = smtp.said.split(/^DATA\r\n/m)
  const mail = rest.join('')
  expect(commands.match(/^RCPT TO:.*$/gm)).toEqual(['RCPT TO:<lee@example.test>'])
  const [head = ''] = mail.split('\r\n\r\n', 1)
  expect(head).toMatch(/^Subject: /m)
  expect(head).not.toMatch(/^Bcc:|^Another/im)
  // The one line of a single dot is the end; that of the text was doubled.
  expect(mail.match(/^\.\r?$/gm)).toHaveLength(1)
  expect(mail).toContain('\r\n..\r\n')
})

test('R7: a recipient that the mail server does not take is given up at once, one that it does not take now is not', async () => {
  await using smtp = await PlainServer.start()
  const send = makeMailHandler({
    database: world.database,
    smtpUrl: `${smtp.url}?ignoreTLS=true`,
    from: 'liaison@example.test',
  })
  const refusalOf = (to: string) =>
    send({ to, subject: 'Hello', text: 'Body' }, randomUUID()).catch((error: unknown) => error)
  const [nobody, busy] = [await refusalOf('nobody@example.test'), await refusalOf('busy@example.test')]
  expect(nobody).toEqual(new HopelessError('The mail server answered 550 to RCPT TO.'))
  expect(busy).toEqual(new Error('The mail server answered 450 to RCPT TO.'))
  expect(busy).not.toBeInstanceOf(HopelessError)
  // Both are logged.
  expect(inspect([nobody, busy])).not.toContain('@example.test')
})

test('a mail that was sent leaves its one-time link nowhere in the database; one that is only kept still shows it', async () => {
  await using smtp = await PlainServer.start()
  const [link, from] = ['https://liaison.example/invite/once-only-token', 'liaison@example.test']
  const mail = { to: 'lee@example.test', subject: 'You are invited', text: `Open ${link}` }
  const whereLinkIs = async () => {
    const [row] = await world.sql(
      `select (select count(*)::integer from mail_message m where strpos(m::text, $1) > 0) as mails,
         (select count(*)::integer from outbox o where strpos(o::text, $1) > 0) as waiting,
         (select count(*)::integer from job.job j where strpos(j::text, $1) > 0) as jobs`,
      [link],
    )
    return row
  }
  const smtpUrl = `${smtp.url}?ignoreTLS=true`
  const jobs = await startJobs({
    database: world.database,
    topics: { mail: makeMailHandler({ database: world.database, smtpUrl, from }) },
    schedules: [],
    onError: () => undefined,
  })
  try {
    await world.seed(`insert into outbox (topic, payload) values ('mail', $1)`, [mail])
    await jobs.dispatch()
    const done = () => world.sql(`select 1 from job.job where name = 'mail' and state = 'completed'`)
    await vi.waitFor(async () => expect(await done()).toHaveLength(1), SOON)
  } finally {
    await jobs.stop()
  }
  expect(smtp.said).toContain(link)
  expect(
    await world.sql(`select outcome, body_text from mail_message where subject = 'You are invited'`),
  ).toEqual([{ outcome: 'sent', body_text: '' }])
  expect(await whereLinkIs()).toEqual({ mails: 0, waiting: 0, jobs: 0 })
  // One that the server does not take now is sent by what its job holds, not by the row.
  const refused = makeMailHandler({ database: world.database, smtpUrl, from })
  await expect(refused({ ...mail, to: 'busy@example.test' }, randomUUID())).rejects.toThrow('450')
  expect(await whereLinkIs()).toEqual({ mails: 0, waiting: 0, jobs: 0 })
  await makeMailHandler({ database: world.database, smtpUrl: undefined, from })(mail, randomUUID())
  expect(await whereLinkIs()).toEqual({ mails: 1, waiting: 0, jobs: 0 })
})

test('the update takes the words of mails that were sent before it away, and leaves those that wait and those that are read here', async () => {
  const text = 'https://partners.example/invite/abc'
  const [sent, kept] = [randomUUID(), randomUUID()]
  for (const [id, at] of [
    [sent, new Date()],
    [kept, null],
  ])
    await world.sql(
      `insert into mail_message (id, recipient, subject, body_text, sent_at) values ($1, 'ann@example.test', 'Join', $2, $3)`,
      [id, text, at],
    )
  const migration = './migrations/20261214T011010-forget-words-of-sent-mails.sql'
  await world.sql(await readFile(new URL(migration, import.meta.url), 'utf8'))
  const rows = await world.sql<{ id: string; body_text: string }>(
    'select id, body_text from mail_message where id = any ($1)',
    [[sent, kept]],
  )
  expect(Object.fromEntries(rows.map(({ id, body_text: body }) => [id, body]))).toEqual({
    [sent]: '',
    [kept]: text,
  })
})

test('whoever signs people in reads the mails that are kept here to be read, and none that was sent or waits to be sent', async () => {
  await using smtp = await PlainServer.start()
  const settings = { database: world.database, from: 'liaison@example.test' }
  const send = makeMailHandler({ ...settings, smtpUrl: `${smtp.url}?ignoreTLS=true` })
  const keep = makeMailHandler({ ...settings, smtpUrl: undefined })
  const [sent, waiting, kept] = [randomUUID(), randomUUID(), randomUUID()]
  const mail = { to: 'lee@example.test', subject: 'Ana invites you', text: 'Come in.' }
  await send(mail, sent)
  await expect(send({ ...mail, to: 'busy@example.test' }, waiting)).rejects.toThrow('450')
  await keep(mail, kept)
  const { rows } = await world.database
    .pool('liaison_auth')
    .query('select id from mail_message where id = any ($1)', [[sent, waiting, kept]])
  expect(rows).toEqual([{ id: kept }])
})

test.each([{ from: 'Liaison <mail@example.test>' }, { from: 'mail@example.test' }])(
  'a mail in the name of a brand has it beside the address of the provider, from $from (C9)',
  async ({ from }) => {
    await using smtp = await PlainServer.start()
    const smtpUrl = `${smtp.url}?ignoreTLS=true`
    const send = makeMailHandler({ database: world.database, smtpUrl, from })
    const mail = { to: 'lee@example.test', subject: 'Hello', text: 'Hello' }
    await send({ ...mail, sender_name: 'Lumen Mobile' }, randomUUID())
    expect(smtp.said).toMatch(/^From: "?Lumen Mobile"? <mail@example\.test>\r$/m)
    await send({ ...mail, sender_name: 'Lumen <thief@evil.example>\r\nBcc: x@evil.example' }, randomUUID())
    expect(smtp.said.match(/^MAIL FROM:.*$/gm)).toEqual(Array(2).fill('MAIL FROM:<mail@example.test>'))
    expect(smtp.said).not.toMatch(/^Bcc:|^From: .*thief@|^RCPT TO:<(?!lee@)/m)
  },
)
