import type { AppliedKind } from './tables.ts'

/** The pages of an application, in their order. */
export const STEPS = ['kind', 'company', 'people', 'plan'] as const

export type Step = (typeof STEPS)[number]

/** What an answer must be. */
export type FieldForm =
  | { readonly is: 'line' | 'text'; readonly maximum: number }
  | { readonly is: 'email' | 'website' | 'country' }
  | {
      readonly is: 'choice'
      readonly options: readonly { readonly value: string; readonly label: string; readonly hint?: string }[]
    }

/** One question. */
export interface Field {
  readonly name: string
  readonly step: Step
  readonly label: string
  readonly hint?: string
  /** Said when the answer is missing or cannot be taken. */
  readonly fault: string
  readonly form: FieldForm
  /** The token of HTML's autofill vocabulary (WCAG 1.3.5). */
  readonly autocomplete?: string
  /** Asked only when another answer has this value. */
  readonly when?: { readonly name: string; readonly value: string }
}

const line = (maximum: number): FieldForm => ({ is: 'line', maximum })

/** The ways to work with the provider, as an applicant chooses among them. */
export const PARTNER_KINDS = [
  {
    value: 'referral',
    label: 'Refer customers and earn',
    hint: 'You see name, status, sign-up date, plan and monthly revenue of those you refer. Nothing else.',
  },
  {
    value: 'reseller',
    label: 'Resell to customers',
    hint: 'You order for customers. Each order shows who is billed.',
  },
  {
    value: 'wholesaler',
    label: 'Buy wholesale',
    hint: 'You are billed, and manage what you pass on to your own end customers.',
  },
  {
    value: 'msp',
    label: "Manage customers' accounts (MSP)",
    hint: "You work in a customer's account after they approve it.",
  },
  {
    value: 'enterprise_hq',
    label: 'Oversee companies in our group',
    hint: 'You see several companies side by side after each approves.',
  },
  { value: 'auditor', label: 'Audit', hint: 'You read, you never change.' },
  {
    value: 'white_label',
    label: 'Offer the service under our own brand',
    hint: 'You run your own user base, apart from everybody else.',
  },
] as const satisfies readonly { value: AppliedKind; label: string; hint: string }[]

/** Every question that an application may hold, in the order in which they are asked. */
export const FIELDS: readonly Field[] = [
  {
    name: 'kind',
    step: 'kind',
    label: 'What do you want to do?',
    fault: 'Choose what you want to do.',
    form: { is: 'choice', options: PARTNER_KINDS },
  },
  {
    name: 'organisation',
    step: 'company',
    label: 'Company name',
    hint: 'As it stands in the company register.',
    fault: 'Enter the name of your company.',
    form: line(200),
    autocomplete: 'organization',
  },
  {
    name: 'registration_no',
    step: 'company',
    label: 'Company number',
    hint: 'The number in the company register, for example 01234567 in the United Kingdom.',
    fault: 'Enter the number of your company in the company register.',
    form: line(50),
  },
  {
    name: 'country',
    step: 'company',
    label: 'Country',
    hint: 'Where the company is registered.',
    fault: 'Choose the country.',
    form: { is: 'country' },
    autocomplete: 'country',
  },
  {
    name: 'website',
    step: 'company',
    label: 'Website',
    fault: 'Enter the address of your website, for example www.company.example.',
    form: { is: 'website' },
    autocomplete: 'url',
  },
  {
    name: 'address',
    step: 'company',
    label: 'Address',
    fault: 'Enter the address of your company.',
    form: { is: 'text', maximum: 500 },
    autocomplete: 'street-address',
  },
  {
    name: 'contact_name',
    step: 'people',
    label: 'Your name',
    fault: 'Enter your name.',
    form: line(200),
    autocomplete: 'name',
  },
  {
    name: 'contact_role',
    step: 'people',
    label: 'Your role in the company',
    fault: 'Enter your role in the company.',
    form: line(100),
    autocomplete: 'organization-title',
  },
  {
    name: 'signs',
    step: 'people',
    label: 'Who signs for the company?',
    fault: 'Choose who signs for the company.',
    form: {
      is: 'choice',
      options: [
        { value: 'me', label: 'I do', hint: 'I am allowed to bind the company.' },
        { value: 'other', label: 'Somebody else', hint: 'Name them below.' },
      ],
    },
  },
  {
    name: 'signer_name',
    step: 'people',
    label: 'Name of the person who signs',
    hint: 'The person who signs must be allowed to bind the company. Leave it empty when you sign yourself.',
    fault: 'Enter the name of the person who signs.',
    form: line(200),
    when: { name: 'signs', value: 'other' },
  },
  {
    name: 'signer_email',
    step: 'people',
    label: 'E-mail of the person who signs',
    fault: 'Enter the e-mail address of the person who signs.',
    form: { is: 'email' },
    when: { name: 'signs', value: 'other' },
  },
  {
    name: 'purpose',
    step: 'plan',
    label: 'Tell us what you plan',
    hint: '3 sentences are enough.',
    fault: 'Tell us what you plan, in at most 2,000 characters.',
    form: { is: 'text', maximum: 2000 },
  },
  {
    name: 'customers',
    step: 'plan',
    label: 'How many customers do you serve?',
    hint: 'A rough number, for example 40.',
    fault: 'Enter how many customers you serve.',
    form: line(100),
  },
  {
    name: 'group_companies',
    step: 'plan',
    label: 'Which companies do you want to oversee?',
    hint: 'One on each line. Each of them decides by itself.',
    fault: 'Name the companies that you want to oversee.',
    form: { is: 'text', maximum: 2000 },
  },
  {
    name: 'professional_body',
    step: 'plan',
    label: 'Professional body and membership number',
    fault: 'Enter your professional body and membership number.',
    form: line(200),
  },
  {
    name: 'brand_name',
    step: 'plan',
    label: 'Name of your brand',
    hint: 'Your users will read it.',
    fault: 'Enter the name of your brand.',
    form: line(100),
  },
  {
    name: 'support_email',
    step: 'plan',
    label: 'E-mail address where your users get help',
    fault: 'Enter the e-mail address where your users get help.',
    form: { is: 'email' },
  },
]

interface Requirement {
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

const COMPANY = ['kind', 'organisation', 'registration_no', 'country', 'website', 'address']
const SIGNING = ['contact_name', 'contact_role', 'signs', 'signer_name', 'signer_email', 'purpose']

/** The version of what is asked that a new application gets. */
export const REQUIREMENTS_VERSION = 1

/**
 * What each kind of partnership is asked, by version: an application keeps the version with which it was begun, so that a
 * new question never makes one incomplete that was sent. A published version never changes; a change is a new version.
 */
const REQUIREMENTS: Readonly<Record<number, Readonly<Record<AppliedKind, Requirement>>>> = {
  1: {
    referral: {
      required: ['kind', 'organisation', 'country', 'contact_name', 'purpose'],
      optional: ['website'],
    },
    reseller: { required: [...COMPANY, ...SIGNING, 'customers'], optional: [] },
    wholesaler: { required: [...COMPANY, ...SIGNING, 'customers'], optional: [] },
    msp: {
      required: [...COMPANY.filter((name) => name !== 'address'), ...SIGNING, 'customers'],
      optional: [],
    },
    enterprise_hq: { required: [...COMPANY, ...SIGNING, 'group_companies'], optional: [] },
    auditor: {
      required: ['kind', 'organisation', 'country', 'website', ...SIGNING, 'professional_body'],
      optional: ['registration_no'],
    },
    white_label: { required: [...COMPANY, ...SIGNING, 'brand_name', 'support_email'], optional: [] },
  },
}

/** A question as it is put to one kind. */
export interface AskedField extends Field {
  readonly isOptional: boolean
}

/** What a kind is asked in this version, in order. Without a kind the first page alone. */
export function fieldsFor(kind: AppliedKind | null, version: number): readonly AskedField[] {
  const asked = kind === null ? undefined : REQUIREMENTS[version]?.[kind]
  if (!asked)
    return FIELDS.filter(({ step }) => step === 'kind').map((field) => ({ ...field, isOptional: false }))
  return FIELDS.filter(({ name }) => asked.required.includes(name) || asked.optional.includes(name)).map(
    (field) => ({ ...field, isOptional: asked.optional.includes(field.name) }),
  )
}

/** The name of a kind as the applicant chose it. */
export function kindWords(kind: string | null): string {
  return PARTNER_KINDS.find(({ value }) => value === kind)?.label ?? ''
}
