import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { runProgram } from './program.ts'
import type { Scan, Scanner } from './scanner.ts'

const CONFIGURATION = fileURLToPath(new URL('../../ops/proxy/haproxy.cfg', import.meta.url))
const LIMIT_MS = 900_000
/** Its own words for what is no fault. LOW is one: so it calls old protocols and suites that are still spoken. */
const HARMLESS = new Set(['OK', 'INFO', 'DEBUG'])
/** What a scan that came to its end has told: that something answered, of the suites, and how long it took. */
const ALWAYS_TOLD = ['TLS1_2', 'cipherlist_STRONG', 'RC4', 'scanTime']
const Report = z.array(z.object({ id: z.string(), severity: z.string(), finding: z.string() }))

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  if (address === null || typeof address === 'string') throw new Error('No port for a proxy.')
  return address.port
}

/** A key and a certificate for this machine alone. */
async function makeCertificate(folder: string): Promise<string> {
  const [key, certificate, both] = ['key.pem', 'certificate.pem', 'both.pem'].map((name) =>
    join(folder, name),
  )
  if (key === undefined || certificate === undefined || both === undefined) throw new Error('No files.')
  const kind = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '90',
  ]
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  await runProgram('openssl', [...kind, ...name, '-keyout', key, '-out', certificate], { cwd: folder })
  await writeFile(both, `${await readFile(key, 'utf8')}${await readFile(certificate, 'utf8')}`)
  return both
}

async function untilListens(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const socket = connect(port, '127.0.0.1')
    const [isOpen] = await Promise.race([
      once(socket, 'connect').then(() => [true]),
      once(socket, 'error').then(() => [false]),
    ]).catch(() => [false])
    socket.destroy()
    if (isOpen) return
    await delay(100)
  }
  throw new Error('HAProxy does not listen.')
}

/** Starts HAProxy with this configuration in front of a server, lets testssl look at it, and ends it. */
async function runTestssl(folder: string, configuration: string, server: string): Promise<Scan> {
  const port = await freePort()
  const [file, report] = [join(folder, `haproxy-${port}.cfg`), join(folder, `testssl-${port}.json`)]
  await writeFile(
    file,
    configuration
      .replaceAll('@LISTEN@', `127.0.0.1:${port}`)
      .replaceAll('@CERTIFICATE@', await makeCertificate(folder))
      .replaceAll('@SERVER@', server),
  )
  const proxy = spawn('haproxy', ['-f', file, '-db'], { stdio: 'ignore' })
  const ended = once(proxy, 'exit')
  try {
    await untilListens(port)
    // Protocols, kinds of suites, their order, and the faults that have names; not who signed the certificate.
    const asked = ['-p', '-s', '-P', '-U', '--ip', '127.0.0.1', '--nodns', 'none', '--warnings', 'off']
    const told = ['--quiet', '--color', '0', '--jsonfile', report]
    await runProgram('testssl', [...asked, ...told, `https://localhost:${port}`], {
      cwd: folder,
      timeoutMs: LIMIT_MS,
    })
  } finally {
    proxy.kill('SIGTERM')
    await ended
  }
  const lines = Report.parse(JSON.parse(await readFile(report, 'utf8')))
  const untold = ALWAYS_TOLD.filter((id) => !lines.some((line) => line.id === id))
  if (untold.length > 0) throw new Error(`testssl did not tell of ${untold.join(', ')}.`)
  const findings = lines
    .filter(({ severity }) => !HARMLESS.has(severity))
    .map(({ id, severity, finding }) => ({ rule: id, place: `${severity} ${finding}` }))
  return { findings, lookedAt: `${lines.length} properties of TLS` }
}

/** What HAProxy is told to speak when somebody believes that more suites are better. */
const weaken = (configuration: string): string =>
  configuration
    .replace(/ssl-min-ver \S+/, 'ssl-min-ver TLSv1.0')
    .replace(/^ {2}ssl-default-bind-ciphers .*$/m, '  ssl-default-bind-ciphers ALL:@SECLEVEL=0')

/** testssl at the reference configuration of the proxy in front, over the running product (ASVS 12.1.1, 12.1.2). */
export const testssl: Scanner = {
  name: 'testssl',
  source: { program: 'testssl', versionArgs: ['--version'], install: 'apt-get install testssl.sh haproxy' },
  async scan({ folder, product }) {
    const { url } = await product()
    return runTestssl(folder, await readFile(CONFIGURATION, 'utf8'), new URL(url).host)
  },
  async scanPlanted({ folder, product }) {
    const { url } = await product()
    return runTestssl(folder, weaken(await readFile(CONFIGURATION, 'utf8')), new URL(url).host)
  },
  plantedRule: 'TLS1',
  planted: 'a proxy that still speaks TLS 1.0',
}
