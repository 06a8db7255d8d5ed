import { z } from 'zod'
import { ProblemError } from '#platform/problem.ts'

const text = () => z.string().min(1).max(500)
const Properties = z.record(z.string(), z.unknown()).optional()

const Subject = z.object({ type: text(), id: text(), properties: Properties })
const Action = z.object({ name: text(), properties: Properties })
const Resource = z.object({ type: text(), id: text(), properties: Properties })
const Context = z.record(z.string(), z.unknown()).optional()

/** One question (Authorization API 1.0 section 6.1). Members that are not named here are ignored, as the standard asks. */
export const Evaluation = z.object({
  subject: Subject,
  action: Action,
  resource: Resource,
  context: Context,
})

export type Evaluation = z.output<typeof Evaluation>

const Semantic = z.enum(['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'])

/** Several questions with what they share (section 7.1); which of them are whole is seen after the defaults are filled in. */
export const Evaluations = z.object({
  subject: Subject.optional(),
  action: Action.optional(),
  resource: Resource.optional(),
  context: Context,
  evaluations: z
    .array(
      z.object({
        subject: Subject.optional(),
        action: Action.optional(),
        resource: Resource.optional(),
        context: Context,
      }),
    )
    .max(50)
    .optional(),
  options: z.object({ evaluations_semantic: Semantic.default('execute_all') }).optional(),
})

export type Evaluations = z.output<typeof Evaluations>

const Page = z
  .object({ token: z.string().max(200).optional(), limit: z.int().min(1).max(100).optional() })
  .optional()
const Named = z.object({ type: text(), properties: Properties })

/** Which subjects may do this (section 8.4). */
export const SubjectSearch = z.object({
  subject: Named,
  action: Action,
  resource: Resource,
  context: Context,
  page: Page,
})

/** With which resources this may be done (section 8.5). */
export const ResourceSearch = z.object({
  subject: Subject,
  action: Action,
  resource: Named,
  context: Context,
  page: Page,
})

/** What may be done (section 8.6). */
export const ActionSearch = z.object({ subject: Subject, resource: Resource, context: Context, page: Page })

/** Parses a body. Anything of the wrong form is 400, as the standard asks, and nothing is coerced. */
export function parseQuestion<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map(({ path, code, message }) => ({
    pointer: `/body/${path.map(String).join('/')}`,
    code: code.toUpperCase(),
    detail: message,
  }))
  throw new ProblemError(
    400,
    'MALFORMED_REQUEST',
    'The question does not have the form of the Authorization API.',
    {
      errors,
    },
  )
}

/** A property of an entity when it is a text; null otherwise. */
export function textProperty(
  properties: Readonly<Record<string, unknown>> | undefined,
  name: string,
): string | null {
  const value = properties?.[name]
  return typeof value === 'string' && value !== '' ? value : null
}
