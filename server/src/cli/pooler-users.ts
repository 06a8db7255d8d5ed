import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { LOGINS, passwordOf } from '#platform/database.ts'
import { STATUS, UsageError } from './command.ts'
import type { Command } from './command.ts'

/** The logins of the server in the form of PgBouncer's `auth_file`. */
const listUsers = (roleSecret: string): string =>
  LOGINS.map((login) => `"${login}" "${passwordOf(login, roleSecret)}"\n`).join('')

/** Writes what a pooler must know to let the server's logins in, readable by its owner alone. */
export const poolerUsers: Command = {
  name: 'pooler-users',
  help: `npm run liaison -- pooler-users FILE

Writes the logins of the server and their passwords into a new file, as PgBouncer reads them (auth_file), readable by its
owner alone: give it to the account that the pooler runs as. The passwords follow from DATABASE_ROLE_SECRET, so the file
is as secret as that, and is written anew after it was changed.`,
  async run(args, { open, out }) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true })
    const [path] = positionals
    if (path === undefined || positionals.length > 1) throw new UsageError('One file is named.')
    const { roleSecret } = await open()
    await writeFile(path, listUsers(roleSecret), { mode: 0o600, flag: 'wx' })
    out(`${LOGINS.length} logins are in ${path}.\n`)
    return STATUS.done
  },
}
