/** When each thing happened that leads to the first call for a customer; null for what has not. */
export interface OnboardingFacts {
  readonly appliedAt: Date | null
  readonly approvedAt: Date
  readonly termsAcceptedAt: Date | null
  /** When what is in force, or waits for the provider, was signed. */
  readonly agreementSignedAt: Date | null
  /** Whether API clients go live only with an agreement in force. */
  readonly needsAgreement: boolean
  readonly ownerHasFactor: boolean
  readonly secondOwnerAt: Date | null
  readonly clientCreatedAt: Date | null
  readonly firstTokenAt: Date | null
  readonly firstCallAt: Date | null
  readonly liveRequestedAt: Date | null
  readonly liveApprovedAt: Date | null
  readonly accessRequestedAt: Date | null
  readonly tenantApprovedAt: Date | null
  readonly firstLiveCallAt: Date | null
  /** Whether the partner's people have a link to work under, whatever its clients do. */
  readonly worksAlready: boolean
}

export const STEP_NAMES = [
  'approved',
  'terms_accepted',
  'agreement_signed',
  'second_factor',
  'second_owner',
  'client_created',
  'first_sandbox_token',
  'first_sandbox_call',
  'live_requested',
  'live_approved',
  'access_requested',
  'tenant_approved',
  'first_live_call',
] as const

export type StepName = (typeof STEP_NAMES)[number]

/** Who does a step. */
export type Doer = 'you' | 'provider' | 'tenant'

export interface Step {
  readonly name: StepName
  readonly title: string
  readonly doer: Doer
  /** What to do, or what is waited for; in words for the page. */
  readonly next: string
  readonly done: boolean
  /** Wise and never waited for: it is not the next step, and the way is complete without it. */
  readonly isRecommended: boolean
  /** When it was reached; null when it was not, and for what has no time of its own. */
  readonly reachedAt: Date | null
}

interface StepWords {
  readonly title: string
  readonly doer: Doer
  readonly next: string
}

const WORDS: Readonly<Record<StepName, StepWords>> = {
  approved: { title: 'Application approved', doer: 'provider', next: 'The provider reads your application.' },
  terms_accepted: {
    title: 'API terms accepted',
    doer: 'you',
    next: 'An owner reads the API terms and accepts them.',
  },
  agreement_signed: {
    title: 'Sign the agreement',
    doer: 'you',
    next: 'An owner reads the agreement that the provider offered, and signs it.',
  },
  second_factor: {
    title: 'An owner has a second factor',
    doer: 'you',
    next: 'An owner adds a passkey or an authenticator app on the account page.',
  },
  second_owner: {
    title: 'A second owner',
    doer: 'you',
    next: 'Invite a second owner, so that your organisation is never without one.',
  },
  client_created: {
    title: 'API client created',
    doer: 'you',
    next: 'Create an API client. Make its key pair in your browser, or paste a public key that you have.',
  },
  first_sandbox_token: {
    title: 'First access token',
    doer: 'you',
    next: 'Run the example application against the sandbox, and let the sandbox organisation allow it.',
  },
  first_sandbox_call: {
    title: 'First call in the sandbox',
    doer: 'you',
    next: 'Call the API with the token: place an order and read it back.',
  },
  live_requested: {
    title: 'Live use requested',
    doer: 'you',
    next: 'Ask on the page of the API client to let it work for real customers.',
  },
  live_approved: {
    title: 'Live use approved',
    doer: 'provider',
    next: 'The provider looks at the API client and lets it work for real customers.',
  },
  access_requested: {
    title: 'Access to a customer requested',
    doer: 'you',
    next: 'Send a customer from your application to us, to decide what your application may do.',
  },
  tenant_approved: {
    title: 'Customer allowed access',
    doer: 'tenant',
    next: 'The customer chooses accounts and actions, and allows them.',
  },
  first_live_call: {
    title: 'First call for a customer',
    doer: 'you',
    next: 'Call the API for that customer. From here on you are working.',
  },
}

const reachedAtOf = (facts: OnboardingFacts): Readonly<Record<StepName, Date | null>> => ({
  approved: facts.approvedAt,
  terms_accepted: facts.termsAcceptedAt,
  agreement_signed: facts.agreementSignedAt,
  second_factor: null,
  second_owner: facts.secondOwnerAt,
  client_created: facts.clientCreatedAt,
  first_sandbox_token: facts.firstTokenAt,
  first_sandbox_call: facts.firstCallAt,
  live_requested: facts.liveRequestedAt,
  live_approved: facts.liveApprovedAt,
  access_requested: facts.accessRequestedAt,
  tenant_approved: facts.tenantApprovedAt,
  first_live_call: facts.firstLiveCallAt,
})

/** A second owner always, and the agreement where the provider does not ask for it. */
function isRecommended(name: StepName, { needsAgreement }: OnboardingFacts): boolean {
  return name === 'second_owner' || (name === 'agreement_signed' && !needsAgreement)
}

/**
 * Every step from the application to the first call for a customer, in order, from what happened alone: nothing of it is
 * stored, so it cannot disagree with the records. `next` is the first step that is not done and not only recommended; null when all are.
 * Source: A11, C1.
 */
export function toChecklist(facts: OnboardingFacts): {
  readonly steps: readonly Step[]
  readonly next: Step | null
} {
  const times = reachedAtOf(facts)
  const steps = STEP_NAMES.map((name): Step => {
    const reachedAt = times[name]
    const done = name === 'second_factor' ? facts.ownerHasFactor : reachedAt !== null
    return { name, ...WORDS[name], done, isRecommended: isRecommended(name, facts), reachedAt }
  })
  return { steps, next: steps.find((step) => !step.done && !step.isRecommended) ?? null }
}
