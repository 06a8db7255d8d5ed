import { once } from 'node:events'
import { crc32, createDeflateRaw } from 'node:zlib'
import type { DeflateRaw } from 'node:zlib'
import type { Sink } from './writer.ts'

interface Entry {
  readonly name: Buffer
  readonly offset: number
  crc: number
  packedBytes: number
  plainBytes: number
}

const LARGEST = 0xffff_ffff
/** The sizes follow the data (bit 3), and names are UTF-8 (bit 11). */
const FLAGS = 0x0808
const VERSION = 20
const DEFLATED = 8

/** Midnight of 1 January 1980: the same content then gives the same bytes. */
const DOS_DATE = 0x0021

function localHeader(name: Buffer): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x0403_4b50, 0)
  header.writeUInt16LE(VERSION, 4)
  header.writeUInt16LE(FLAGS, 6)
  header.writeUInt16LE(DEFLATED, 8)
  header.writeUInt16LE(DOS_DATE, 12)
  header.writeUInt16LE(name.length, 26)
  return Buffer.concat([header, name])
}

function descriptor(entry: Entry): Buffer {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt32LE(0x0807_4b50, 0)
  bytes.writeUInt32LE(entry.crc, 4)
  bytes.writeUInt32LE(entry.packedBytes, 8)
  bytes.writeUInt32LE(entry.plainBytes, 12)
  return bytes
}

function directoryEntry(entry: Entry): Buffer {
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x0201_4b50, 0)
  header.writeUInt16LE(VERSION, 4)
  header.writeUInt16LE(VERSION, 6)
  header.writeUInt16LE(FLAGS, 8)
  header.writeUInt16LE(DEFLATED, 10)
  header.writeUInt16LE(DOS_DATE, 14)
  header.writeUInt32LE(entry.crc, 16)
  header.writeUInt32LE(entry.packedBytes, 20)
  header.writeUInt32LE(entry.plainBytes, 24)
  header.writeUInt16LE(entry.name.length, 28)
  header.writeUInt32LE(entry.offset, 42)
  return Buffer.concat([header, entry.name])
}

function directoryEnd(entries: number, sizeBytes: number, offset: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x0605_4b50, 0)
  end.writeUInt16LE(entries, 8)
  end.writeUInt16LE(entries, 10)
  end.writeUInt32LE(sizeBytes, 12)
  end.writeUInt32LE(offset, 16)
  return end
}

/**
 * Writes a ZIP archive (APPNOTE 6.3) as it goes: each file is compressed in parts, and nothing is kept but sizes and names.
 * Throws when a file or the archive passes 4 GB.
 */
export class ZipWriter {
  readonly #sink: Sink
  readonly #entries: Entry[] = []
  #offset = 0
  #open: { entry: Entry; deflate: DeflateRaw } | null = null

  constructor(sink: Sink) {
    this.#sink = sink
  }

  /** Begins a file; the one before must have ended. */
  begin(name: string): void {
    if (this.#open) throw new Error('A file of the archive is still open.')
    const entry: Entry = {
      name: Buffer.from(name),
      offset: this.#offset,
      crc: 0,
      packedBytes: 0,
      plainBytes: 0,
    }
    const deflate = createDeflateRaw({ level: 4 })
    deflate.on('data', (bytes: Buffer) => {
      entry.packedBytes += bytes.length
      this.#put(bytes)
    })
    this.#put(localHeader(entry.name))
    this.#entries.push(entry)
    this.#open = { entry, deflate }
  }

  /** Adds to the open file; resolves when the compressor has taken it. */
  async add(text: string): Promise<void> {
    if (!this.#open) throw new Error('No file of the archive is open.')
    const { entry, deflate } = this.#open
    const bytes = Buffer.from(text)
    entry.crc = crc32(bytes, entry.crc)
    entry.plainBytes += bytes.length
    await new Promise<void>((resolve, reject) =>
      deflate.write(bytes, (error) => (error ? reject(error) : resolve())),
    )
  }

  /** Ends the open file. */
  async close(): Promise<void> {
    if (!this.#open) throw new Error('No file of the archive is open.')
    const { entry, deflate } = this.#open
    deflate.end()
    await once(deflate, 'end')
    if (Math.max(entry.plainBytes, this.#offset) > LARGEST) throw new Error('The archive is too large.')
    this.#put(descriptor(entry))
    this.#open = null
  }

  /** Ends the archive. */
  end(): void {
    const start = this.#offset
    for (const entry of this.#entries) this.#put(directoryEntry(entry))
    this.#put(directoryEnd(this.#entries.length, this.#offset - start, start))
  }

  #put(bytes: Buffer): void {
    this.#offset += bytes.length
    this.#sink(bytes)
  }
}
