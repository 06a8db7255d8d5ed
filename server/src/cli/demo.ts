import { parseArgs } from 'node:util'
import { demoCode, loadDemoIfEmpty, readDemoSignIns } from '#modules/demo/index.ts'
import { keepRootKey } from '../installation-marks.ts'
import { prepareDatabase } from '../prepare-database.ts'
import { CommandError, STATUS, UsageError, writeJson } from './command.ts'
import type { Command, Surroundings } from './command.ts'

async function load(surroundings: Surroundings, isJson: boolean): Promise<number> {
  const { config } = surroundings
  const installation = await surroundings.open()
  const { admin, secretKey, roleSecret, isEmbedded } = installation
  if (!isEmbedded) {
    throw new CommandError('The demo world is for the embedded database only; unset DATABASE_URL.')
  }
  await prepareDatabase(admin, { roleSecret })
  await keepRootKey(installation)
  const target = { admin, secretKey, dataDir: config.dataDir, now: surroundings.now() }
  const isLoaded = await loadDemoIfEmpty(target)
  const people = readDemoSignIns(config.dataDir).map(({ name, email, role }) => ({ name, email, role }))
  if (isJson) writeJson(surroundings, { loaded: isLoaded, sign_ins: people })
  else {
    const verdict = isLoaded
      ? 'The demo world is loaded.'
      : 'The database holds records already; nothing was changed.'
    const lines = people.map(({ name, email, role }) => `  ${email.padEnd(34)} ${name}, ${role}\n`)
    surroundings.out(`${verdict}\n${lines.join('')}`)
  }
  return isLoaded ? STATUS.done : STATUS.failed
}

function showCode(surroundings: Surroundings, email: string, isJson: boolean): number {
  const signIn = readDemoSignIns(surroundings.config.dataDir).find((candidate) => candidate.email === email)
  if (!signIn) throw new CommandError(`The demo world has nobody with the address "${email}".`)
  const code = demoCode(signIn, surroundings.now())
  if (isJson) writeJson(surroundings, { email, code })
  else surroundings.out(`${code}\n`)
  return STATUS.done
}

export const demo: Command = {
  name: 'demo',
  help: `demo [--json]
  Loads the demo world into an embedded database that holds no record yet, and says who can sign in.
  Passwords, second factors and recovery codes stand in demo.json of the data directory.
demo code E-MAIL [--json]
  Prints the six digits that this person's authenticator shows now.`,
  async run(args, surroundings) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean' } },
    })
    const [action, email, ...rest] = positionals
    if (action === undefined) return load(surroundings, values.json ?? false)
    if (action !== 'code' || email === undefined || rest.length > 0)
      throw new UsageError('Say code and one address.')
    return showCode(surroundings, email, values.json ?? false)
  },
}
