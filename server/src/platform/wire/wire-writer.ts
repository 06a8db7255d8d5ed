import { toText } from '../statement.ts'

const INITIAL_BYTES = 4096
/** The most bytes that one UTF-16 code unit takes in UTF-8. */
const WIDEST = 3
const [PARSE, BIND, DESCRIBE, EXECUTE, SYNC] = [0x50, 0x42, 0x44, 0x45, 0x53]
const PORTAL = 0x50
const NULL_LENGTH = -1

/**
 * Messages of the extended query protocol, gathered so that a batch leaves in one write.
 * Source: PostgreSQL documentation, "Message Formats" (protocol 3.0). The portal is always the unnamed one.
 */
export class WireWriter {
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES)
  #length = 0
  #begin = 0

  /** Asks the server to prepare a statement; an empty name is the unnamed statement. */
  parse(name: string, text: string): void {
    this.#open(PARSE)
    this.#text(name)
    this.#text(text)
    this.#int16(0)
    this.#close()
  }

  /** Gives the values of a prepared statement: bytes go as binary, all else as text, and results come as text. */
  bind(name: string, values: readonly unknown[]): void {
    const sent = values.map(toText)
    const hasBytes = sent.some((value) => typeof value === 'object' && value !== null)
    this.#open(BIND)
    this.#text('')
    this.#text(name)
    this.#int16(hasBytes ? sent.length : 0)
    if (hasBytes) for (const value of sent) this.#int16(typeof value === 'object' && value !== null ? 1 : 0)
    this.#int16(sent.length)
    for (const value of sent) this.#value(value)
    this.#int16(0)
    this.#close()
  }

  /** Asks for the columns of what was bound. */
  describe(): void {
    this.#open(DESCRIBE)
    this.#byte(PORTAL)
    this.#text('')
    this.#close()
  }

  /** Runs what was bound, to the end. */
  execute(): void {
    this.#open(EXECUTE)
    this.#text('')
    this.#int32(0)
    this.#close()
  }

  /** Ends the batch. */
  sync(): void {
    this.#open(SYNC)
    this.#close()
  }

  /** Everything written since the last call, as bytes that stay as they are. */
  take(): Buffer {
    const bytes = Buffer.from(this.#buffer.subarray(0, this.#length))
    this.#length = 0
    return bytes
  }

  #open(type: number): void {
    this.#byte(type)
    this.#begin = this.#length
    this.#int32(0)
  }

  /** The length field counts itself, not the type before it. */
  #close(): void {
    this.#buffer.writeInt32BE(this.#length - this.#begin, this.#begin)
  }

  #value(value: string | Buffer | null): void {
    if (value === null) return this.#int32(NULL_LENGTH)
    const bytes = typeof value === 'string' ? value.length * WIDEST : value.length
    this.#reserve(4 + bytes)
    const written =
      typeof value === 'string'
        ? this.#buffer.write(value, this.#length + 4)
        : value.copy(this.#buffer, this.#length + 4)
    this.#buffer.writeInt32BE(written, this.#length)
    this.#length += 4 + written
  }

  #text(text: string): void {
    this.#reserve(text.length * WIDEST + 1)
    this.#length += this.#buffer.write(text, this.#length)
    this.#byte(0)
  }

  #byte(value: number): void {
    this.#reserve(1)
    this.#buffer[this.#length] = value
    this.#length += 1
  }

  #int16(value: number): void {
    this.#reserve(2)
    this.#length = this.#buffer.writeInt16BE(value, this.#length)
  }

  #int32(value: number): void {
    this.#reserve(4)
    this.#length = this.#buffer.writeInt32BE(value, this.#length)
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}
