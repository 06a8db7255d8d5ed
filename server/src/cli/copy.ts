import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { Socket } from 'node:net'
import type pg from 'pg'

/** The part of the driver's wire connection that a copy reads from and writes to. */
interface Wire {
  readonly stream: Socket
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(reason: string): void
}

const CHUNK_BYTES = 65_536

/** What the driver asks of a query of one's own; a copy has neither rows nor portals. */
abstract class Copy {
  /** The driver replaces this when it times a query out. */
  callback: (error?: Error) => void = () => undefined
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  submit(wire: Wire): null {
    wire.query(this.#text)
    return null
  }

  abstract handleError(error: Error): void
  abstract handleReadyForQuery(): void
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(_message: { readonly text: string }): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyData(_message: { readonly chunk: Buffer }, _wire: Wire): void {}
  handleCopyInResponse(_wire: Wire): void {}
}

class CopyOut extends Copy {
  #wire: Wire | undefined
  #rows: Buffer[] = []
  #bytes = 0
  readonly output = new Readable({
    read: () => this.#goOn(),
    destroy: (error, done) => {
      this.#goOn()
      done(error)
    },
  })

  override handleCopyData({ chunk }: { readonly chunk: Buffer }, wire: Wire): void {
    this.#wire = wire
    // The driver reads the next rows into the same memory.
    this.#rows.push(Buffer.from(chunk))
    this.#bytes += chunk.length
    if (this.#bytes >= CHUNK_BYTES && !this.#hand()) wire.stream.pause()
  }

  handleError(error: Error): void {
    this.callback(error)
    this.output.destroy(error)
  }

  handleReadyForQuery(): void {
    this.callback()
    if (this.#bytes > 0) this.#hand()
    this.output.push(null)
    // Nobody asks for more of what has ended, and what is asked next needs the connection.
    this.#goOn()
  }

  #goOn(): void {
    this.#wire?.stream.resume()
  }

  /** Hands on what has come, and returns whether more is wanted: of what nobody reads any longer all, since it must pass. */
  #hand(): boolean {
    if (this.output.destroyed) {
      this.#rows = []
      this.#bytes = 0
      return true
    }
    const wantsMore = this.output.push(Buffer.concat(this.#rows))
    this.#rows = []
    this.#bytes = 0
    return wantsMore
  }
}

class CopyIn extends Copy {
  readonly done: Promise<number>
  readonly #source: AsyncIterable<Buffer>
  readonly #failed = new AbortController()
  #rows = 0
  #fault: Error | undefined
  #resolve: (rows: number) => void = () => undefined
  #reject: (error: Error) => void = () => undefined

  constructor(text: string, source: AsyncIterable<Buffer>) {
    super(text)
    this.#source = source
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  override handleCopyInResponse(wire: Wire): void {
    void this.#send(wire)
  }

  override handleCommandComplete({ text }: { readonly text: string }): void {
    this.#rows = Number(text.split(' ').at(-1))
  }

  handleError(error: Error): void {
    this.#failed.abort()
    this.callback(error)
    this.#reject(this.#fault ?? error)
  }

  handleReadyForQuery(): void {
    this.callback()
    this.#resolve(this.#rows)
  }

  async #send(wire: Wire): Promise<void> {
    const { signal } = this.#failed
    try {
      for await (const chunk of this.#source) {
        if (signal.aborted) return
        wire.sendCopyFromChunk(chunk)
        if (wire.stream.writableNeedDrain) await once(wire.stream, 'drain', { signal })
      }
      wire.endCopyFrom()
    } catch (error) {
      if (signal.aborted) return
      this.#fault = error instanceof Error ? error : new Error(String(error))
      wire.sendCopyFail('the source of the copy failed')
    }
  }
}

function submit(client: pg.ClientBase, copy: Copy): void {
  // The driver's types describe this extension point by the class of its own that uses it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  client.query(copy as unknown as pg.Submittable)
}

/** What `COPY … TO STDOUT` says, as bytes; the connection serves nothing else until it has been read. */
export function copyOut(client: pg.ClientBase, text: string): Readable {
  const copy = new CopyOut(text)
  submit(client, copy)
  return copy.output
}

/** Feeds `COPY … FROM STDIN` and returns how many rows it took. A source that fails undoes the copy. */
export function copyIn(client: pg.ClientBase, text: string, source: AsyncIterable<Buffer>): Promise<number> {
  const copy = new CopyIn(text, source)
  submit(client, copy)
  return copy.done
}
