import { z } from 'zod'

/** An instant within JSON that the database built, where it is text. */
export const JsonInstant = z.string().transform((text) => new Date(text))

/** What JSON that the database built leaves out or says to be null: null either way. */
export const maybe = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? null)
