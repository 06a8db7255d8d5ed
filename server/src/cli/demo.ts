import { parseArgs } from 'node:util'
import { loadDemoIfEmpty, readDemoSignIns } from '#modules/demo/index.ts'
import { prepareDatabase } from '../prepare-database.ts'
import { CommandError, STATUS, writeJson } from './command.ts'
import type { Command } from './command.ts'

export const demo: Command = {
  name: 'demo',
  help: 'demo [--json]\n  Loads the demo world into an embedded database that holds no record yet, and says who can sign in.\n  Passwords, second factors and recovery codes stand in demo.json of the data directory.',
  async run(args, surroundings) {
    const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean' } } })
    const { config } = surroundings
    const { admin, secretKey, roleSecret, isEmbedded } = await surroundings.open()
    if (!isEmbedded)
      throw new CommandError('The demo world is for the embedded database only; unset DATABASE_URL.')
    await prepareDatabase(admin, { roleSecret })
    const isLoaded = await loadDemoIfEmpty({
      admin,
      secretKey,
      dataDir: config.dataDir,
      now: surroundings.now(),
    })
    const people = readDemoSignIns(config.dataDir).map(({ name, email, role }) => ({ name, email, role }))
    if (values.json) writeJson(surroundings, { loaded: isLoaded, sign_ins: people })
    else {
      surroundings.out(
        isLoaded
          ? 'The demo world is loaded.\n'
          : 'The database holds records already; nothing was changed.\n',
      )
      for (const { name, email, role } of people) surroundings.out(`  ${email.padEnd(34)} ${name}, ${role}\n`)
    }
    return isLoaded ? STATUS.done : STATUS.failed
  },
}
