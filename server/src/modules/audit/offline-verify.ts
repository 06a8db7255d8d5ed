/**
 * Verifies an exported audit log with nothing but Node: no database, no dependency, no other file of this product.
 *
 *   node offline-verify.ts EXPORT CHECKPOINTS VERIFIER_KEY
 *
 *   node offline-verify.ts PROOF VERIFIER_KEY
 *
 * EXPORT is what `liaison audit export` wrote, CHECKPOINTS the file of signed checkpoints that was kept elsewhere, PROOF the
 * proof of one event, or that the log only grew, as `liaison audit prove`, the portal or the API gave it, and
 * VERIFIER_KEY the text `name+id+key`, or a file with the list of keys that `liaison audit key` prints, got from the
 * operator on another way. Ends with 0 when everything holds.
 */

// Whoever audits carries this file alone, so all of it stands here.
// oxlint-disable max-lines
import { createHash, createPublicKey, hash, verify } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A leaf whose event was taken out after its time. */
interface GoneLine {
  index: number
  hash: string
  occurred_at: string
}

interface Line {
  index: number | null
  event: { [key: string]: Json; occurred_at?: Json }
  origin: { salt: string; ip: string | null; user_agent: string | null; digest: string | null }
  /** What names a person, as one JSON text: the event holds its salted digest. */
  personal: { salt: string; text: string; digest: string | null }
}

export interface OfflineReport {
  ok: boolean
  events: number
  sealed: number
  checkpoints: number
  beyond_last_checkpoint: number
  unsealed: number
  /** Events that were taken out after their time: their leaves are proved, what they said is gone. */
  past_retention: number
  root: string
  faults: string[]
}

const sha256 = (bytes: string | Buffer): Buffer => hash('sha256', bytes, 'buffer')

function isSorted(value: Json): boolean {
  if (value === null || typeof value !== 'object') return true
  if (Array.isArray(value)) return value.every(isSorted)
  let last = ''
  for (const name in value) {
    if (name < last || !isSorted(value[name] ?? null)) return false
    last = name
  }
  return true
}

// RFC 8785. Node writes numbers and strings as it asks; only the order of the members is left to do.
function canonical(value: Json): string {
  if (isSorted(value)) return JSON.stringify(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const names = Object.keys(value).toSorted()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`).join(',')}}`
}

// RFC 9162 section 2.1: a leaf is hashed behind 0x00, an inner node behind 0x01. `row[k]` is the root of a perfect
// subtree of 2^k leaves that waits for its right neighbour.
const join = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.concat([Buffer.of(1), left, right]))

class Tree {
  size = 0
  row: (Buffer | undefined)[] = []

  add(leaf: Buffer): void {
    let [level, node] = [0, leaf]
    for (let waiting = this.row[level]; waiting; waiting = this.row[level]) {
      node = join(waiting, node)
      this.row[level] = undefined
      level += 1
    }
    this.row[level] = node
    this.size += 1
  }

  root(): string {
    let root: Buffer | undefined
    for (const node of this.row) if (node) root = root ? join(node, root) : node
    return (root ?? sha256('')).toString('base64')
  }
}

type IsSigned = (body: string, signatures: string) => boolean

// C2SP signed-note: the key is named by the first bytes of a hash over its name and itself.
function readVerifierKey(text: string): { name: string; isSigned: IsSigned } {
  const [name = '', id = '', ...rest] = text.split('+')
  const typed = Buffer.from(rest.join('+'), 'base64')
  const keyId = sha256(Buffer.concat([Buffer.from(`${name}\n`), typed])).subarray(0, 4)
  if (typed[0] !== 1 || typed.length !== 33 || keyId.toString('hex') !== id)
    throw new Error('This is no verifier key.')
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), typed.subarray(1)])
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  const isSigned: IsSigned = (body, signatures) =>
    signatures.split('\n').some((line) => {
      const bytes = Buffer.from(line.split(' ')[2] ?? '', 'base64')
      if (!line.startsWith(`— ${name} `) || !bytes.subarray(0, 4).equals(keyId)) return false
      return verify(null, Buffer.from(body), key, bytes.subarray(4))
    })
  return { name, isSigned }
}

// Each key signs checkpoints of more events than the first number, up to the second: `KEY AFTER UNTIL [stolen]`.
interface RangedKey {
  name: string
  isStolen: boolean
  isSigned: IsSigned
  /** Of another note than a checkpoint, that was signed when so many events were. */
  hasSigned: (body: string, signatures: string, size: number) => boolean
}

function readKeyList(text: string): RangedKey[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [key = '', after = '0', until = '-', mark] = line.split(' ')
      const { name, isSigned } = readVerifierKey(key)
      const last = until === '-' ? Infinity : Number(until)
      return {
        name,
        isStolen: mark === 'stolen',
        hasSigned: (body, signatures, size) =>
          size >= Number(after) && size <= last && isSigned(body, signatures),
        isSigned: (body, signatures) => {
          const [origin = '', size = ''] = body.split('\n')
          const isWithin = Number(size) > Number(after) && Number(size) <= last
          return origin === name && isWithin && isSigned(body, signatures)
        },
      }
    })
}

interface Checkpoints {
  roots: Map<number, string>
  /** The size of the newest whose key was not stolen: a thief could have signed anything. */
  sealed: number
  faults: string[]
}

// C2SP tlog-checkpoint.
const CHECKPOINT = /^(.+)\n(\d+)\n(.+)\n\n((?:— .+\n)+)\n/gmu

/** Longer than any checkpoint, many times. */
const MOST_UNREAD = 65_536

/** The checkpoints of a file, which may be longer than one text can be; null stands for anything else that it holds. */
async function* findCheckpoints(path: string): AsyncGenerator<RegExpExecArray | null> {
  let rest = ''
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    rest += String(chunk)
    let read = 0
    // Without an empty line nothing can match, and looking for it in a long text takes long.
    for (const match of rest.includes('\n\n') ? rest.matchAll(CHECKPOINT) : []) {
      if (match.index > read) yield null
      yield match
      read = match.index + match[0].length
    }
    rest = rest.slice(read)
    if (rest.length > MOST_UNREAD) {
      yield null
      rest = rest.slice(-MOST_UNREAD)
    }
  }
  if (rest !== '') yield null
}

function takeCheckpoint(match: RegExpExecArray, keys: readonly RangedKey[], into: Checkpoints): void {
  const [, origin = '', size = '', root = '', signatures = ''] = match
  const known = into.roots.get(Number(size)) ?? root
  const body = `${origin}\n${size}\n${root}\n`
  const key = keys.find(({ isSigned }) => isSigned(body, signatures))
  if (!key) {
    into.faults.push(`The checkpoint of ${size} events is not signed with a key that was valid for it.`)
  } else if (known !== root) into.faults.push(`Two checkpoints of ${size} events disagree.`)
  else {
    into.roots.set(Number(size), root)
    if (!key.isStolen) into.sealed = Math.max(into.sealed, Number(size))
  }
}

async function readCheckpoints(path: string, verifierKey: string): Promise<Checkpoints> {
  const keys = readKeyList(verifierKey)
  const found: Checkpoints = { roots: new Map(), sealed: 0, faults: [] }
  let isStrange = false
  for await (const match of findCheckpoints(path)) {
    if (match === null) isStrange = true
    else takeCheckpoint(match, keys, found)
  }
  if (isStrange) found.faults.push('The file of checkpoints holds something that is no checkpoint.')
  if (found.roots.size === 0) found.faults.push('There is no valid checkpoint: nothing is proved.')
  return found
}

/** What was signed to be gone of one month, and what is. */
interface Month {
  from: number
  until: number
  signedAt: number
  gone: number
  expected: string
  found: number
  digest: ReturnType<typeof createHash>
}

const RETENTION =
  /^(\S+) retention\n(\d+)\n(\S+) (\S+)\n(long|nothing)\n(\S+)\n(\d+)\n([A-Za-z0-9+/]{43}=)\n\n((?:— .+\n)+)$/u

function addYears(ms: number, years: number): number {
  const date = new Date(ms)
  return date.setUTCFullYear(date.getUTCFullYear() + years)
}

// Three years after a month part of it may go, after seven all of it; a note that was signed earlier excuses nothing, nor
// one that is younger than the export which holds it.
function isOver(kept: string, until: number, at: { signed: number; exported: number }): boolean {
  return addYears(until, kept === 'long' ? 3 : 7) <= at.signed && at.signed <= at.exported
}

function readRetention(note: string, keys: readonly RangedKey[], exported: number): Month | string {
  const found = RETENTION.exec(note)
  if (!found) return 'is none'
  const [, origin, size, ...rest] = found
  const [from = '', until = '', kept = '', at = '', gone, expected = '', signatures = ''] = rest
  const body = note.slice(0, note.length - signatures.length - 1)
  const key = keys.find(
    (candidate) => candidate.name === origin && candidate.hasSigned(body, signatures, Number(size)),
  )
  if (!key) return 'is not signed with a key that was valid for it'
  if (key.isStolen) return 'is signed with a key that was stolen since'
  const [start, end, signedAt] = [Date.parse(from), Date.parse(until), Date.parse(at)]
  if (!isOver(kept, end, { signed: signedAt, exported })) return 'takes out events whose time was not over'
  const digest = createHash('sha256')
  return { from: start, until: end, signedAt, gone: Number(gone), expected, found: 0, digest }
}

// The newest note of a month tells of those before, too.
function readRetentions(
  header: { retentions?: string[]; exported_at: string },
  verifierKey: string,
  faults: string[],
): Month[] {
  const keys = readKeyList(verifierKey)
  const newest = new Map<number, Month>()
  for (const [number, note] of (header.retentions ?? []).entries()) {
    const month = readRetention(note, keys, Date.parse(header.exported_at))
    if (typeof month === 'string') faults.push(`Note ${number + 1} of events past their time ${month}.`)
    else if (month.signedAt >= (newest.get(month.from)?.signedAt ?? 0)) newest.set(month.from, month)
  }
  return [...newest.values()]
}

async function* readLines(path: string): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    const lines = (rest + String(chunk)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

function checkOrigin({ event, origin }: Line): boolean {
  if (origin.digest !== null) return event['origin'] === origin.digest
  return (
    event['origin'] ===
    hash('sha256', `${origin.salt}\n${origin.ip ?? ''}\n${origin.user_agent ?? ''}`, 'hex')
  )
}

function checkPersonal({ event, personal }: { event: Line['event']; personal: Line['personal'] }): boolean {
  if (personal.digest !== null) return event['personal'] === personal.digest
  return event['personal'] === hash('sha256', `${personal.salt}\n${personal.text}`, 'hex')
}

// Five minutes, the longest that an event may wait for its seal.
const SEAL_WITHIN_MS = 300_000

class Log {
  readonly tree = new Tree()
  readonly faults: string[]
  readonly roots: Map<number, string>
  exportedAt = 0
  readonly sealed: number
  months: Month[] = []
  goneLeaves = 0
  unsealed = 0
  late = 0

  constructor(checkpoints: Checkpoints) {
    this.sealed = checkpoints.sealed
    this.roots = checkpoints.roots
    this.faults = checkpoints.faults
  }

  add(line: Line): void {
    if (!checkOrigin(line))
      this.faults.push(`The network address of event ${line.index ?? 'unsealed'} is not what was sealed.`)
    if (!checkPersonal(line))
      this.faults.push(
        `The names, the reason or the changes of event ${line.index ?? 'unsealed'} are not what was sealed.`,
      )
    if (line.index === null) {
      this.unsealed += 1
      const { occurred_at: at } = line.event
      const waitedMs = typeof at === 'string' ? this.exportedAt - Date.parse(at) : Infinity
      if (!(waitedMs <= SEAL_WITHIN_MS)) this.late += 1
      return
    }
    if (line.index !== this.tree.size)
      this.faults.push(`Leaf ${this.tree.size} is followed by ${line.index}.`)
    this.#append(sha256(`\0${canonical(line.event)}`))
  }

  /** A leaf without an event holds where a signed note says that just these were taken out after their time. */
  addGone({ index, hash: text, occurred_at: at }: GoneLine): void {
    this.goneLeaves += 1
    const month = this.months.find(({ from, until }) => from <= Date.parse(at) && Date.parse(at) < until)
    if (index !== this.tree.size) this.faults.push(`Leaf ${this.tree.size} is followed by ${index}.`)
    if (!month) this.faults.push(`The event of leaf ${index} is gone.`)
    else {
      month.found += 1
      month.digest.update(`${index} ${text}\n`)
    }
    this.#append(Buffer.from(text, 'base64'))
  }

  #append(leaf: Buffer): void {
    this.tree.add(leaf)
    const signed = this.roots.get(this.tree.size)
    if (signed !== undefined && signed !== this.tree.root())
      this.faults.push(`The first ${this.tree.size} events are not those that were signed.`)
  }

  #countGone(): number {
    let past = 0
    for (const { from, found, digest, gone, expected } of this.months)
      if (found === gone && digest.digest('base64') === expected) past += found
      else
        this.faults.push(
          `Of the month of ${new Date(from).toISOString()} ${found} events are gone; they are not the ${gone} that were signed to be past their time.`,
        )
    return past
  }

  report(): OfflineReport {
    const past = this.#countGone()
    let signed = 0
    for (const size of this.roots.keys()) signed = Math.max(signed, size)
    if (signed > this.tree.size)
      this.faults.push(`${signed} events were signed; the export holds ${this.tree.size}.`)
    if (this.late > 0)
      this.faults.push(
        `${this.late} events waited more than 5 minutes for their seal, or were put in afterwards.`,
      )
    return {
      ok: this.faults.length === 0,
      events: this.tree.size - this.goneLeaves + this.unsealed,
      sealed: this.sealed,
      checkpoints: this.roots.size,
      beyond_last_checkpoint: Math.max(0, this.tree.size - this.sealed),
      unsealed: this.unsealed,
      past_retention: past,
      root: this.tree.root(),
      faults: this.faults,
    }
  }
}

/** Verifies an export against checkpoints. Throws when a file cannot be read or is no export. */
export async function verifyExport(
  files: { log: string; checkpoints: string },
  verifierKey: string,
): Promise<OfflineReport> {
  const log = new Log(await readCheckpoints(files.checkpoints, verifierKey))
  let isFirst = true
  for await (const text of readLines(files.log)) {
    const line = JSON.parse(text)
    if (isFirst) {
      if (!/^liaison-audit-export\/[23]$/u.test(line.format))
        throw new Error('This is not an export of an audit log.')
      log.exportedAt = Date.parse(line.exported_at)
      log.months = readRetentions(line, verifierKey, log.faults)
      isFirst = false
    } else if (line.event === undefined) log.addGone(line)
    else log.add(line)
  }
  return log.report()
}

interface Signed {
  size: number
  root: Buffer
  isStolen: boolean
}

function openNote(note: string, verifierKey: string): Signed | null {
  const [, body = '', size = '', root = '', signatures = ''] =
    /^(.+\n(\d+)\n(.+)\n)\n((?:— .+\n)+)$/u.exec(note) ?? []
  const key = readKeyList(verifierKey).find(({ isSigned }) => isSigned(body, signatures))
  return key ? { size: Number(size), root: Buffer.from(root, 'base64'), isStolen: key.isStolen } : null
}

/**
 * Goes up from a node on the path, joining each hash on its side, and tells what comes out for the tree that the node is the last
 * of, and for the whole. Source: RFC 9162 sections 2.1.3.2 and 2.1.4.2.
 */
function climb(
  begin: Buffer,
  path: readonly Buffer[],
  { at, end }: { at: number; end: number },
): { within: Buffer; whole: Buffer } | null {
  let [node, last, within, whole] = [at, end, begin, begin]
  for (const hash of path) {
    if (last === 0) return null
    if (node % 2 === 1 || node === last) {
      within = join(hash, within)
      whole = join(hash, whole)
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
    } else whole = join(whole, hash)
    ;[node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
  }
  return last === 0 ? { within, whole } : null
}

const toBytes = (text: string): Buffer => Buffer.from(text, 'base64')

interface GivenProof {
  format: string
  event: Line['event'] | null
  leaf?: string
  personal: Line['personal'] | null
  index: number
  size: number
  path: string[]
  checkpoint: string
}

/** What the proof says of the event, as against what was sealed. */
function faultOfContent({ event, personal, leaf }: GivenProof): string | null {
  if (event === null) return personal === null ? null : 'Names stand beside an event that is not shown.'
  if (leaf !== undefined && !sha256(`\0${canonical(event)}`).equals(toBytes(leaf)))
    return 'The event is not what was sealed.'
  return personal === null || checkPersonal({ event, personal })
    ? null
    : 'The names beside the event are not those that were sealed.'
}

function faultOfEvent(proof: GivenProof, verifierKey: string): string | null {
  const { event, index } = proof
  const signed = openNote(proof.checkpoint, verifierKey)
  if (!signed || signed.isStolen || signed.size !== proof.size)
    return 'The checkpoint is not signed with a key that was valid for it, or is another one.'
  const fault = faultOfContent(proof)
  if (fault !== null) return fault
  const isPlace = Number.isSafeInteger(index) && index >= 0 && index < signed.size
  const leaf = event === null ? toBytes(proof.leaf ?? '') : sha256(`\0${canonical(event)}`)
  const found = isPlace && climb(leaf, proof.path.map(toBytes), { at: index, end: signed.size - 1 })
  return found && found.whole.equals(signed.root) ? null : 'The event is not in the log that was signed.'
}

interface GivenGrowth {
  from: { checkpoint: string }
  to: { checkpoint: string }
  path: string[]
}

function isGrown(first: Signed, second: Signed, path: readonly Buffer[]): boolean {
  if (first.size === second.size) return path.length === 0 && first.root.equals(second.root)
  const [begin, ...rest] = Number.isInteger(Math.log2(first.size)) ? [first.root, ...path] : path
  if (!begin || first.size > second.size) return false
  let [at, end] = [first.size - 1, second.size - 1]
  while (at % 2 === 1) [at, end] = [Math.floor(at / 2), Math.floor(end / 2)]
  const found = climb(begin, rest, { at, end })
  return found !== null && found.within.equals(first.root) && found.whole.equals(second.root)
}

function faultOfGrowth({ from, to, path }: GivenGrowth, verifierKey: string): string | null {
  const [first, second] = [openNote(from.checkpoint, verifierKey), openNote(to.checkpoint, verifierKey)]
  if (!first || !second || second.isStolen)
    return 'A checkpoint is not signed with a key that was valid for it.'
  return isGrown(first, second, path.map(toBytes))
    ? null
    : 'The log of the older checkpoint is not the beginning of that of the newer one.'
}

/** Checks one proof of the log. Returns what is wrong, or null when it holds. Throws when the text is no proof. */
export function verifyProof(text: string, verifierKey: string): string | null {
  const proof = JSON.parse(text)
  if (/^liaison-audit-proof\/[23]$/u.test(proof.format)) return faultOfEvent(proof, verifierKey)
  if (proof.format === 'liaison-audit-consistency/1') return faultOfGrowth(proof, verifierKey)
  throw new Error('This is not a proof of an audit log.')
}

async function main(args: readonly string[]): Promise<{ ok: boolean }> {
  const readKey = (key: string): string => (existsSync(key) ? readFileSync(key, 'utf8') : key)
  const [log = '', checkpoints = '', key] = args
  if (key !== undefined) return verifyExport({ log, checkpoints }, readKey(key))
  const fault = verifyProof(readFileSync(log, 'utf8'), readKey(checkpoints))
  return { ok: fault === null, ...(fault !== null && { fault }) }
}

if (import.meta.main) {
  const report = await main(process.argv.slice(2))
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  process.exitCode = report.ok ? 0 : 1
}
