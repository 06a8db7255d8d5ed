import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process of ours that answers one message at a time. */
export interface Child {
  ask<Answer>(message: unknown): Promise<Answer>
  stop(): Promise<void>
}

/** Starts one of our files as a process of its own, so that what is measured shares no thread with what measures. */
export function startChild(file: URL, execArgv: readonly string[] = []): Child {
  const child = fork(fileURLToPath(file), [], { execArgv: [...execArgv], serialization: 'advanced' })
  const ended = once(child, 'exit')
  return {
    async ask<Answer>(message: unknown): Promise<Answer> {
      child.send(message as object)
      const [answer] = (await Promise.race([
        once(child, 'message'),
        ended.then(([status]) =>
          Promise.reject(new Error(`${fileURLToPath(file)} ended with status ${String(status)}`)),
        ),
      ])) as [{ error?: string; answer: Answer }]
      if (answer.error !== undefined) throw new Error(answer.error)
      return answer.answer
    },
    async stop() {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

/** The other side: answers each message with what the function returns; ends when the parent lets go. */
export function answerParent(answer: (message: never) => unknown, close: () => Promise<void>): void {
  process.on('message', (message) => {
    Promise.resolve()
      .then(() => answer(message as never))
      .then(
        (value) => process.send?.({ answer: value }),
        (error: unknown) =>
          process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      )
  })
  process.on('disconnect', () => void close().then(() => process.exit(0)))
}
