import { z } from 'zod'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { STEP_NAMES, toChecklist } from './checklist.ts'
import { readOnboardingFacts } from './checklist-store.ts'

const StepBody = z.strictObject({
  name: z.enum(STEP_NAMES),
  title: z.string(),
  who: z.enum(['you', 'provider', 'tenant']).meta({ description: 'Who does it.' }),
  what: z.string().meta({ description: 'What to do, or what is waited for, in words.' }),
  done: z.boolean(),
  recommended: z
    .boolean()
    .meta({ description: 'Wise, and never waited for: the way is complete without it.' }),
  reached_at: z
    .string()
    .nullable()
    .meta({ description: 'Null when it was not reached, and for what has no time of its own.' }),
})

const ChecklistBody = z
  .strictObject({
    applied_at: z.string().nullable(),
    steps: z.array(StepBody),
    next_step: z
      .enum(STEP_NAMES)
      .nullable()
      .meta({ description: 'Null when every step that is waited for is done.' }),
    complete: z.boolean(),
    starts_here: z.boolean().meta({
      description:
        'Whether the steps are where the partner begins: some are left, and no link gives other work.',
    }),
  })
  .meta({ id: 'OnboardingChecklist' })

/** Where a partner stands on its way to the first call for a customer. */
export const checklistRoute: Route = route({
  method: 'GET',
  path: '/api/v1/partner/onboarding',
  summary: 'Every step up to the first API call for a customer, with the time each was reached',
  input: {},
  access: { permission: 'partner_org.profile.read' },
  limit: 'detail',
  responses: { 200: ChecklistBody },
  async handle({ mandate }) {
    const facts = await readOnboardingFacts(mandate)
    const { steps, next } = toChecklist(facts)
    return {
      applied_at: facts.appliedAt?.toISOString() ?? null,
      steps: steps.map(({ name, title, doer, next: what, done, isRecommended, reachedAt }) => ({
        name,
        title,
        who: doer,
        what,
        done,
        recommended: isRecommended,
        reached_at: reachedAt?.toISOString() ?? null,
      })),
      next_step: next?.name ?? null,
      complete: next === null,
      starts_here: next !== null && !facts.worksAlready,
    }
  },
})
