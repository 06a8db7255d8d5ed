import { z } from 'zod'

/** A telephone number as people write it. */
export const Telephone = z.string().regex(/^\+?[0-9][0-9 ()-]{4,29}$/, 'must be a telephone number')

/** Where the provider helps people, as far as it says. */
export interface HelpContact {
  readonly email?: string | undefined
  readonly phone?: string | undefined
}

/** Where the demo world's provider helps; numbers with 555-01 belong to nobody. */
const DEMO_HELP: HelpContact = { email: 'help@provider.example', phone: '+1 303 555 0100' }

/** Where the provider helps, as its configuration says; the demo world's provider is somewhere in any case. */
export function readHelp(
  named: { readonly HELP_EMAIL?: string | undefined; readonly HELP_PHONE?: string | undefined },
  isDemo: boolean,
): HelpContact {
  const unnamed: HelpContact = isDemo ? DEMO_HELP : {}
  return { email: named.HELP_EMAIL ?? unnamed.email, phone: named.HELP_PHONE ?? unnamed.phone }
}
