import { fork } from 'node:child_process'
import type { Serializable } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process of ours that answers one message at a time. */
export interface Child {
  /** The caller names the type of the answer; both ends are files of this folder that share it. */
  ask<Answer>(message: Serializable): Promise<Answer>
  stop(): Promise<void>
}

interface Envelope {
  readonly error?: string
  readonly answer?: unknown
}

const STOP_TIMEOUT_MS = 10_000

/** Starts one of our files as a process of its own, so that what is measured shares no thread with what measures. */
export function startChild(file: URL, execArgv: readonly string[] = []): Child {
  const path = fileURLToPath(file)
  const child = fork(path, [], { execArgv: [...execArgv], serialization: 'advanced' })
  const ended = once(child, 'exit')
  const refuseWhenEnded = async (): Promise<never> => {
    const [status] = await ended
    throw new Error(`${path} ended with status ${String(status)}`)
  }
  return {
    async ask<Answer>(message: Serializable): Promise<Answer> {
      child.send(message)
      const [envelope]: Envelope[] = await Promise.race([once(child, 'message'), refuseWhenEnded()])
      if (envelope?.error !== undefined) throw new Error(envelope.error)
      // What crosses a process boundary has no type of its own; see the interface.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return envelope?.answer as Answer
    },
    async stop() {
      if (child.connected) child.disconnect()
      const insist = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
      await ended
      clearTimeout(insist)
    },
  }
}

const toStory = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)

/** The other side: answers each message with what the function returns; ends when the parent lets go. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it spares each file a cast of its own
export function answerParent<Message>(
  answer: (message: Message) => unknown,
  close: () => Promise<void>,
): void {
  process.on('message', (message) => {
    void Promise.resolve()
      // See the interface: the parent sends what this file asks for.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      .then(() => answer(message as Message))
      .then(
        (value) => process.send?.({ answer: value } satisfies Envelope),
        (error: unknown) => process.send?.({ error: toStory(error) } satisfies Envelope),
      )
  })
  process.on('disconnect', () => void close().then(() => process.exit(0)))
}
