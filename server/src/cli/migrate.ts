import { parseArgs } from 'node:util'
import { keepRootKey } from '../installation-marks.ts'
import { prepareDatabase } from '../prepare-database.ts'
import { STATUS, writeJson } from './command.ts'
import type { Command } from './command.ts'

export const migrate: Command = {
  name: 'migrate',
  help: `migrate [--take-logins] [--json]
  Runs the migrations that were not yet run, writes the permission catalogue and sets the passwords of the logins.
  Running it again changes nothing.
  Refuses while the logins work with another DATABASE_ROLE_SECRET; --take-logins gives them the new passwords all the
  same: servers with the old secret, of whatever database of this PostgreSQL, then fail and say so on /readyz.`,
  async run(args, surroundings) {
    const { values } = parseArgs({
      args: [...args],
      options: { 'take-logins': { type: 'boolean', default: false }, json: { type: 'boolean' } },
    })
    const installation = await surroundings.open()
    const log = (name: string) => surroundings.err(`migrated ${name}\n`)
    const { applied } = await prepareDatabase(installation.admin, {
      roleSecret: installation.roleSecret,
      takesLogins: values['take-logins'],
      log,
    })
    // The name of the audit log is kept when the first server starts: it may still be chosen until then.
    await keepRootKey(installation)
    if (values.json) writeJson(surroundings, { applied })
    else
      surroundings.out(
        applied.length === 0 ? 'The database is current.\n' : `${applied.length} migrations were run.\n`,
      )
    return STATUS.done
  },
}
