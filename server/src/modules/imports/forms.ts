/** Which columns of a file hold what of a partner and of its code. */
export interface Form {
  readonly email: string
  /** One column, or several that are joined. */
  readonly name: readonly string[]
  readonly code: string
  readonly country?: string
  readonly website?: string
  readonly joinedOn?: string
  readonly label?: string
  readonly campaign?: string
  /** Whether one file may say a partner on several lines, one for each of its customers. */
  readonly repeats: boolean
}

/** Our own form, and those whose columns the other program has published; docs/import.md says where. */
export const FORMS = {
  neutral: {
    email: 'email',
    name: ['name'],
    code: 'code',
    country: 'country',
    website: 'website',
    joinedOn: 'joined_on',
    label: 'label',
    campaign: 'campaign',
    repeats: false,
  },
  rewardful: { email: 'email', name: ['first_name', 'last_name'], code: 'token', repeats: true },
  affonso: { email: 'Email', name: ['Name'], code: 'Tracking Parameter', repeats: false },
} as const satisfies Record<string, Form>

export type FormName = keyof typeof FORMS

/** Whether there is a form of this name. */
export const isFormName = (name: string): name is FormName => Object.hasOwn(FORMS, name)
