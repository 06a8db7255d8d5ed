import type { IdOf } from '@liaison/access'
import { z } from 'zod'
import { mayInRealm, realmPath, registerRealmPage, showRealmPage } from '#modules/realms/index.ts'
import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { Mandate } from '#platform/mandate.ts'
import { button, choices, facts, hiddenField, notice, postForm } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { publicId } from '#platform/route-input.ts'
import { ProblemError } from '#platform/problem.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { changePlan, subscribe } from './own.ts'
import { limitWords, priceWords, whenWords } from './page-words.ts'
import { getPlan, listOffers } from './plan-store.ts'
import type { PlanRow } from './plan-store.ts'
import { planIdOf, shownOf } from './plan-view.ts'
import { findOwn } from './subscription-store.ts'
import type { SubscriptionRow } from './subscription-store.ts'

type Own = Mandate<'realm'>

registerRealmPage({ path: 'plans', label: 'Plans', permission: 'realm.plans.read', position: 30 })

const realmParams = z.strictObject({ slug: z.string().max(63) })
const planParams = z.strictObject({ slug: z.string().max(63), plan_id: publicId('plan') })

export const priceOf = (row: Pick<PlanRow, 'price_minor' | 'currency' | 'period'>): string =>
  priceWords({ amountMinor: row.price_minor, currency: row.currency }, row.period)

function given(plan: PlanRow): Html {
  const lines = [...plan.benefits, ...limitWords(plan.limits)]
  if (lines.length === 0) return html``
  return html`<ul>
    ${lines.map((line) => html`<li>${line}</li>`)}
  </ul>`
}

function offerLine(mandate: Own, plan: PlanRow, current: SubscriptionRow | undefined): Html {
  const isOwn = current !== undefined && current.state !== 'unsigned' && current.plan_id === plan.id
  return html`<li>
    <div class="what">
      <a href="${realmPath(mandate, `plans/${planIdOf(plan.id)}`)}">${plan.name}</a>
      <span class="small muted">${priceOf(plan)}</span>
    </div>
    ${isOwn && html`<span class="chip ok">Your plan</span>`}
  </li>`
}

const noPlans = (mandate: Own): Html =>
  mandate.user.role === 'guest'
    ? html`<p>Plans are for users whose identity has been checked.</p>
        <div class="buttons">
          <a class="button main" href="${realmPath(mandate, 'identity-check')}">Have your identity checked</a>
        </div>`
    : html`<p>There is no plan for your kind of account at the moment.</p>`

async function plansPage(mandate: Own): Promise<HtmlPage> {
  const offers = await listOffers(mandate)
  const current = await findOwn(mandate)
  const body =
    offers.length === 0
      ? noPlans(mandate)
      : html`<p class="lead">
            ${mayInRealm(mandate, 'realm.subscription.change') ? 'You can have one plan at a time, and change or cancel it whenever you like.' : 'What your organisation offers its users.'}
          </p>
          <ul class="rows">
            ${offers.map((plan) => offerLine(mandate, plan, current))}
          </ul>`
  return showRealmPage(mandate, { title: 'Plans', body }, { current: 'plans', width: 'reading' })
}

/** What can be done with a plan from its page. */
function planButtons(mandate: Own, plan: PlanRow, current: SubscriptionRow | undefined): Html {
  const isLive = current !== undefined && current.state !== 'unsigned'
  if (isLive && current.plan_id === plan.id)
    return html`<p>
      This is your plan. <a href="${realmPath(mandate, 'subscription')}">See how it stands</a>.
    </p>`
  if (!mayInRealm(mandate, 'realm.subscription.change')) return html`<p>Your account cannot take a plan.</p>`
  if (isLive && current.state !== 'signed')
    return html`<p>
      You have another plan. <a href="${realmPath(mandate, 'subscription')}">See how it stands</a> before you
      change to this one.
    </p>`
  return html`<div class="buttons">
    <a class="button main" href="${realmPath(mandate, `plans/${planIdOf(plan.id)}/check`)}"
      >${isLive ? 'Change to this plan' : 'Take this plan'}</a
    >
  </div>`
}

async function planPage(mandate: Own, plan: PlanRow): Promise<HtmlPage> {
  const current = await findOwn(mandate)
  const body = html`<p class="lead">${priceOf(plan)}</p>
    ${plan.description !== '' && html`<p>${plan.description}</p>`} ${given(plan)}
    ${planButtons(mandate, plan, current)}
    <p><a href="${realmPath(mandate, 'plans')}">All plans</a></p>`
  return showRealmPage(mandate, { title: plan.name, body }, { current: 'plans', width: 'reading' })
}

function changeForm(mandate: Own, plan: PlanRow, current: SubscriptionRow): Html {
  const until = current.paid_until
  return postForm(
    realmPath(mandate, `plans/${planIdOf(plan.id)}/take`),
    html`${hiddenField('shown', shownOf(plan))}${choices({
        name: 'when',
        legend: 'When do you want to change?',
        chosen: 'period_end',
        options: [
          {
            value: 'period_end',
            label: 'When what you paid for ends',
            ...(until && {
              hint: `${current.plan_name ?? 'Your plan'} stays until ${whenWords(until)}. You can take the change back until then.`,
            }),
          },
          { value: 'now', label: 'Now', hint: 'The new plan and its price begin at once.' },
        ],
      })}
      <div class="buttons">${button(`Change to ${plan.name}`)}</div>`,
  )
}

const takeForm = (mandate: Own, plan: PlanRow): Html =>
  postForm(
    realmPath(mandate, `plans/${planIdOf(plan.id)}/take`),
    html`${hiddenField('shown', shownOf(plan))}
      <div class="buttons">
        ${button(`Take ${plan.name}`)}
        <a class="button" href="${realmPath(mandate, `plans/${planIdOf(plan.id)}`)}">Back</a>
      </div>`,
  )

async function checkPage(mandate: Own, plan: PlanRow, errors: readonly FieldError[] = []): Promise<HtmlPage> {
  const current = await findOwn(mandate)
  const isChange = current !== undefined && current.state === 'signed'
  const body = html`${facts([
    ['Plan', plan.name],
    ['Price', priceOf(plan)],
    ['Account', mandate.user.email],
  ])}
  ${given(plan)}
  ${notice(
    'info',
    html`<p>
      It goes on until you cancel it. You can cancel at any time, now or at the end of what you paid for.
    </p>`,
  )}
  ${isChange ? changeForm(mandate, plan, current) : takeForm(mandate, plan)}`
  const title = isChange ? 'Check the change' : 'Check before you take it'
  return showRealmPage(mandate, { title, body }, { errors, current: 'plans', width: 'reading' })
}

const CHANGED = 'The price of this plan, or what it gives, changed while you read it. Read it again.'

interface Taking {
  readonly shown?: string | undefined
  readonly when?: 'now' | 'period_end' | undefined
}

/** What a second tab, or a second click, finds done already. */
const DONE_BEFORE: ReadonlySet<string> = new Set([
  'SUBSCRIPTION_NOT_FOUND',
  'SUBSCRIPTION_STATE_CONFLICT',
  'SUBSCRIPTION_ENDING',
])

/**
 * Does something to the own plan and shows how it stands; whatever was done in between, that is what the page says. What the
 * database itself refused has a cause, and ends the request with it.
 */
export async function orShowOwn(mandate: Own, work: Promise<unknown>): Promise<HtmlPage> {
  try {
    await work
  } catch (error) {
    const isPassing = error instanceof ProblemError && error.cause === undefined
    if (!isPassing || !DONE_BEFORE.has(error.code)) throw error
  }
  return redirect(realmPath(mandate, 'subscription'))
}

/** Takes a plan on the terms that were read, and on no others. */
async function take(mandate: Own, planId: IdOf<'plan'>, { shown, when }: Taking): Promise<HtmlPage> {
  const plan = await getPlan(mandate, planId)
  const current = await findOwn(mandate)
  const isLive = current !== undefined && current.state !== 'unsigned'
  // Taken, or cancelled, in another tab after this one was read: how it stands now says it.
  if (isLive !== (when !== undefined)) return redirect(realmPath(mandate, 'subscription'))
  if (shown !== undefined && shown !== shownOf(plan))
    return checkPage(mandate, plan, [{ field: null, message: CHANGED }])
  // What was sent without saying what it was read as is taken as it is now.
  const asRead = { planId, shown: shownOf(plan) }
  if (when === undefined) await subscribe(mandate, asRead)
  else await changePlan(mandate, { ...asRead, when })
  return redirect(realmPath(mandate, 'subscription'))
}

/** The pages on which an end user finds and takes a plan. */
export const planPages: readonly Route[] = [
  page({
    method: 'GET',
    path: '/p/:slug/plans',
    summary: 'The plans that an end user can take',
    input: { params: realmParams },
    access: { realm: 'realm.plans.read' },
    limit: 'page',
    handle: ({ mandate }) => plansPage(mandate),
  }),
  page({
    method: 'GET',
    path: '/p/:slug/plans/:plan_id',
    summary: 'What a plan costs and gives',
    input: { params: planParams },
    access: { realm: 'realm.plans.read' },
    limit: 'page',
    problems: ['PLAN_NOT_FOUND'],
    handle: async ({ mandate, params }) => planPage(mandate, await getPlan(mandate, params.plan_id)),
  }),
  page({
    method: 'GET',
    path: '/p/:slug/plans/:plan_id/check',
    summary: 'Check a plan before it is taken',
    input: { params: planParams },
    access: { realm: 'realm.subscription.change' },
    limit: 'page',
    problems: ['PLAN_NOT_FOUND'],
    handle: async ({ mandate, params }) => checkPage(mandate, await getPlan(mandate, params.plan_id)),
  }),
  page({
    method: 'POST',
    path: '/p/:slug/plans/:plan_id/take',
    summary: 'Take a plan, or change to it',
    input: {
      params: planParams,
      body: z
        .strictObject({
          shown: z.string().max(100).optional(),
          when: z.enum(['now', 'period_end']).optional(),
        })
        .optional(),
    },
    access: { realm: 'realm.subscription.change' },
    limit: 'page',
    problems: [
      'PLAN_NOT_FOUND',
      'PLAN_NOT_OPEN',
      'ALREADY_SUBSCRIBED',
      'SUBSCRIPTION_HELD',
      'SUBSCRIPTION_ENDING',
      'SUBSCRIPTION_STATE_CONFLICT',
      'PRECONDITION_FAILED',
    ],
    handle: ({ mandate, params, body = {} }) => take(mandate, params.plan_id, body),
  }),
]
