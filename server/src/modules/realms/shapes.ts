import { z } from 'zod'

/** The name of a realm in a path. */
export const realmParams = z.strictObject({ slug: z.string().max(63) })

/** A realm and the secret of a link in a mail. */
export const linkParams = z.strictObject({ slug: z.string().max(63), token: z.string().max(200) })

/** A text of a form. Missing and empty are told to the person by the page, so the schema lets them in. */
export const formText = (maximum = 1000) => z.string().max(maximum).optional()
