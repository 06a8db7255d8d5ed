import type { OnboardingChecklist } from '@liaison/client'

import { fact, Facts, Note } from '../../parts/page.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { formatDate, formatDateTime } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { hasWords, t } from '../../platform/words.ts'
import { partnerPlaces, serverPlaces } from '../../places.ts'

type Step = OnboardingChecklist['steps'][number]

const guide = 'connect'

/** Where a step is done; null for one that others do. */
function placeOf(name: Step['name'], partnerId: string): string | null {
  if (name === 'terms_accepted') return partnerPlaces.apiTerms(partnerId)
  if (name === 'agreement_signed') return partnerPlaces.agreements(partnerId)
  if (name === 'second_factor') return serverPlaces.account
  if (name === 'second_owner') return partnerPlaces.profile(partnerId)
  if (name === 'client_created') return partnerPlaces.newClient(partnerId)
  if (name === 'tenant_approved') return partnerPlaces.granted(partnerId)
  if (name === 'access_requested') return partnerPlaces.newAsk(partnerId)
  if (name === 'live_approved' || name === 'approved') return null
  return `${partnerPlaces.clients(partnerId)}#${guide}`
}

const others = new Set<string>(['live_approved', 'tenant_approved', 'approved'])

/** What must be done before a step can begin, or can be waited for. */
const AFTER: Partial<Record<Step['name'], Step['name']>> = {
  first_sandbox_token: 'client_created',
  first_sandbox_call: 'first_sandbox_token',
  live_requested: 'client_created',
  live_approved: 'live_requested',
  access_requested: 'live_approved',
  tenant_approved: 'access_requested',
  first_live_call: 'tenant_approved',
}

/** The step that one waits for; none where it can be done, or is done. */
function findBlocking({ done, name }: Step, steps: readonly Step[]): Step | undefined {
  return done ? undefined : steps.find((other) => other.name === AFTER[name] && !other.done)
}

function stateOf({ done, recommended, who }: Step, isBlocked: boolean): string {
  if (done) return 'reached'
  if (isBlocked) return 'blocked'
  if (recommended) return 'recommended'
  return who === 'you' ? 'open' : `waits_${who}`
}

/** What is done is named as a fact, and what is not as the task. */
function titleOf({ done, name, title }: Step): string {
  const task = `ready.task.${name}`
  return !done && hasWords(task) ? t(task) : title
}

function StepState({ step, isBlocked }: { step: Step; isBlocked: boolean }) {
  return (
    <span>
      <StatusChip family="milestone" value={stateOf(step, isBlocked)} />
      {step.reached_at !== null && (
        <>
          <br />
          <time className="small muted" dateTime={step.reached_at}>
            {formatDateTime(step.reached_at)}
          </time>
        </>
      )}
    </span>
  )
}

function StepWay({ step }: { step: Step }) {
  const { partnerId } = useFrame()
  const mayManage = useMay('partner_org.clients.manage')
  const maySeeConsents = useMay('partner_org.consents.read')
  const id = `ready.go.${step.name}`
  const to = placeOf(step.name, partnerId)
  if (step.done || to === null || !hasWords(id)) return null
  if (!mayManage && !others.has(step.name)) return <p className="small muted">{t('ready.owner_only')}</p>
  if (step.name === 'tenant_approved' && !maySeeConsents) return null
  if (to === serverPlaces.account) {
    return (
      <p>
        <a href={to}>{t(id)}</a>
      </p>
    )
  }
  return (
    <p>
      <GoLink to={to}>{t(id)}</GoLink>
    </p>
  )
}

type LineProps = { step: Step; blocking: Step | undefined; isNext: boolean }

function StepLine({ step, blocking, isNext }: LineProps) {
  return (
    <li className="history" aria-current={isNext ? 'step' : undefined}>
      <StepState step={step} isBlocked={blocking !== undefined} />
      <div>
        <p className="strong">{titleOf(step)}</p>
        {blocking !== undefined && <p className="muted">{t('ready.after', { step: titleOf(blocking) })}</p>}
        {!step.done && <p>{step.what}</p>}
        {blocking === undefined && <StepWay step={step} />}
      </div>
    </li>
  )
}

/** Every step up to the first call for a customer, with when it was reached, and the next one on top. */
export function Checklist({ list }: { list: OnboardingChecklist }) {
  const next = list.steps.find(({ name }) => name === list.next_step)
  const done = list.steps.filter((step) => step.done).length
  return (
    <div className="stack form">
      <Note>
        <p className="strong">
          {next === undefined ? t('ready.complete') : t('ready.next', { title: titleOf(next) })}
        </p>
        {next !== undefined && <p>{next.what}</p>}
      </Note>
      <Facts
        facts={[
          fact(t('ready.progress'), t('ready.count', { done, count: list.steps.length })),
          fact(t('ready.applied'), list.applied_at && formatDate(list.applied_at)),
        ]}
      />
      <ol className="steps">
        {list.steps.map((step) => (
          <StepLine
            key={step.name}
            step={step}
            blocking={findBlocking(step, list.steps)}
            isNext={step === next}
          />
        ))}
      </ol>
    </div>
  )
}
