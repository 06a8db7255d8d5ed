import { audit } from './audit.ts'
import type { Command } from './command.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { explain } from './explain.ts'
import { freeze, unfreeze } from './freeze.ts'
import { importCommand } from './import.ts'
import { keys } from './keys.ts'
import { migrate } from './migrate.ts'

/** Every command, in the order of the overview. */
export const COMMANDS: readonly Command[] = [
  migrate,
  importCommand,
  demo,
  audit,
  freeze,
  unfreeze,
  explain,
  keys,
  doctor,
]
