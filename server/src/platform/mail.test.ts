import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import { makeMailHandler } from './mail.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

test('what people write adds no field, no recipient and no command to a mail (ASVS 1.3.11)', async () => {
  let said = ''
  const smtp = createServer((socket) => {
    let inData = false
    socket.on('error', () => undefined)
    socket.write('220 mail.example ESMTP\r\n')
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (inData) {
        inData = !said.endsWith('\r\n.\r\n')
        if (!inData) socket.write('250 kept\r\n')
      } else if (text.startsWith('DATA')) {
        inData = true
        socket.write('354 go on\r\n')
      } else if (text.startsWith('QUIT')) socket.end('221 bye\r\n')
      else socket.write('250 ok\r\n')
    })
  }).listen(0, '127.0.0.1')
  await once(smtp, 'listening')
  const address = smtp.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const send = makeMailHandler({
    database: world.database,
    smtpUrl: `smtp://127.0.0.1:${port}?ignoreTLS=true`,
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
  smtp.close()
  const [commands = '', ...rest] = said.split(/^DATA\r\n/m)
  const mail = rest.join('')
  expect(commands.match(/^RCPT TO:.*$/gm)).toEqual(['RCPT TO:<lee@example.test>'])
  const [head = ''] = mail.split('\r\n\r\n', 1)
  expect(head).toMatch(/^Subject: /m)
  expect(head).not.toMatch(/^Bcc:|^Another/im)
  // The one line of a single dot is the end; that of the text was doubled.
  expect(mail.match(/^\.\r?$/gm)).toHaveLength(1)
  expect(mail).toContain('\r\n..\r\n')
})
