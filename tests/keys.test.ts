import { glob, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const PROGRAM = ['access/src', 'guard/src', 'sdk/src', 'server/src', 'portal/src']

/** What the program may use, by the call; [keys.md](../docs/keys.md) says for what. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  createCipheriv: ['aes-256-gcm'],
  createDecipheriv: ['aes-256-gcm'],
  // SHA-1 in the files alone that NOT_WEAK names.
  createHash: ['sha256', 'sha384', 'sha1'],
  createHmac: ['sha256'],
  hash: ['sha256'],
  hkdfSync: ['sha256'],
  argon2: ['argon2id'],
  argon2Sync: ['argon2id'],
  createECDH: ['prime256v1'],
  sign: ['sha256'],
  verify: ['sha256'],
  generateKeyPair: ['ES256'],
  generateKeyPairSync: ['ec', 'ed25519'],
}
const CALL =
  /(?<![\w.])(createCipheriv|createDecipheriv|createHash|createHmac|createSign|createVerify|hash|hkdf|hkdfSync|argon2|argon2Sync|pbkdf2|pbkdf2Sync|scrypt|scryptSync|createECDH|createDiffieHellman|generateKeyPair|generateKeyPairSync|sign|verify)\(\s*'([^']+)'/g
const WEAK = /\b(?:md5|sha1|rc4|des-|3des|-ecb|RSA-PKCS1|RSASSA-PKCS1-v1_5|RS256|HS256|HS512)\b/i
/** Where chance protects nothing. */
const MERE_CHANCE = new Map([
  ['server/src/modules/signals/deliver.ts', 'spreads repetitions'],
  ['server/src/platform/outgoing/deliverer.ts', 'spreads repetitions'],
  ['server/src/platform/migrate.ts', 'spreads repetitions'],
])

/** Where the name of a weak algorithm stands for something that is not weak there. */
const NOT_WEAK = new Map([
  [
    'server/src/modules/identity/totp.ts',
    'HMAC with SHA-1, which authenticator apps speak (RFC 6238) and which stands',
  ],
  [
    'server/src/platform/credentials/breached-passwords.ts',
    'the name that a service for breached passwords knows a password by, of which five digits are told',
  ],
  [
    'server/src/modules/orders/resale-store.ts',
    'the number of a lock in the database; nothing is protected by it',
  ],
])

async function readProgram(): Promise<{ file: string; text: string }[]> {
  const files: { file: string; text: string }[] = []
  for await (const file of glob(
    PROGRAM.map((place) => `${place}/**/*.{ts,tsx,js}`),
    { cwd: root },
  )) {
    if (/\.test\.tsx?$|generated/.test(file)) continue
    files.push({ file, text: await readFile(`${root}/${file}`, 'utf8') })
  }
  return files
}

function faultsIn({ file, text }: { file: string; text: string }): string[] {
  const calls = [...text.matchAll(CALL)]
    .filter(([, call = '', algorithm = '']) => !ALLOWED[call]?.includes(algorithm))
    .map(([, call = '', algorithm = '']) => `${file}: ${call}('${algorithm}')`)
  const weak = text
    .split('\n')
    .filter((line) => WEAK.test(line) && !NOT_WEAK.has(file) && !/^\s*(?:\/\/|\*|\/\*)/.test(line))
    .map((line) => `${file}: ${line.trim()}`)
  const chance = text.includes('Math.random') && !MERE_CHANCE.has(file) ? [`${file}: Math.random`] : []
  return [...calls, ...weak, ...chance]
}

test('every use of cryptography in the program is on the list of allowed algorithms, and chance that protects is never the mere one (ASVS 11.1.2, 11.2.1, 11.2.3, 11.3.1, 11.3.2, 11.4.1)', async () => {
  const files = await readProgram()
  expect(files.length).toBeGreaterThan(800)
  expect(files.flatMap(faultsIn)).toEqual([])
  expect(
    faultsIn({ file: 'x.ts', text: `createHash('md5')\ncreateCipheriv('aes-256-ecb')\nMath.random()` }),
  ).toHaveLength(5)
})

test('the page of keys names every algorithm that is used, and every kind of key (ASVS 11.1.1, 11.1.2)', async () => {
  const page = (await readFile(`${root}/docs/keys.md`, 'utf8')).toLowerCase()
  for (const word of ['aes-256-gcm', 'sha-256', 'hmac', 'hkdf', 'argon2id', 'p-256', 'es256', 'ed25519'])
    expect(page).toContain(word)
})
