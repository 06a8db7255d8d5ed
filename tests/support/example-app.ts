import { spawn } from 'node:child_process'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/** The example application of the repository, as a developer runs it. */
export interface ExampleApp extends AsyncDisposable {
  /** The address that it prints, for whoever decides. */
  readonly address: Promise<string>
  /** How it ended, with all that it said. */
  readonly ended: Promise<{ status: number | null; said: string }>
}

/** Starts the example application with this command line, in this folder; it is ended when it is disposed of. */
export function startExampleApp(args: readonly string[], folder: string): ExampleApp {
  const child = spawn(process.execPath, [join(ROOT, 'examples/partner-app/main.ts'), ...args], {
    cwd: folder,
  })
  let said = ''
  const ended = new Promise<{ status: number | null; said: string }>((resolve) => {
    child.once('close', (status) => resolve({ status, said }))
  })
  const address = new Promise<string>((resolve, reject) => {
    const listen = (text: string) => {
      said += text
      const found = /http:\/\/\S+\/oauth\/authorize\?\S+/.exec(said)?.[0]
      if (found !== undefined) resolve(found)
    }
    child.stdout.setEncoding('utf8').on('data', listen)
    child.stderr.setEncoding('utf8').on('data', listen)
    void ended.then(() => reject(new Error(`It ended before it printed an address: ${said}`)))
  })
  // Whoever runs it without a customer to ask never looks at the address.
  address.catch(() => undefined)
  return {
    address,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill()
      await ended
    },
  }
}
