import { z } from 'zod'

/** A telephone number as people write it. */
export const Telephone = z.string().regex(/^\+?[0-9][0-9 ()-]{4,29}$/, 'must be a telephone number')

/** Where the provider helps people, as far as it says. */
export interface HelpContact {
  readonly email?: string | undefined
  readonly phone?: string | undefined
}
