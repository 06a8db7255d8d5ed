import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of agencies, forms, form tokens and server keys. */
const AGENCY_PROBLEMS = {
  AGENCY_NOT_FOUND: {
    status: 404,
    title: 'Agency not found',
    cause: 'No agency of your organisation has this id.',
    remedy: 'Open it from the list of agencies.',
  },
  AGENCY_NAME_TAKEN: {
    status: 409,
    title: 'Name taken',
    cause: 'Another agency of your organisation has this name.',
    remedy: 'Choose another name.',
  },
  AGENCY_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The agency is in this state already.',
    remedy: 'Read the agency again.',
  },
  FORM_NOT_FOUND: {
    status: 404,
    title: 'Form not found',
    cause: 'No form of your organisation has this id.',
    remedy: 'Open it from its agency.',
  },
  FORM_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The form is in this state already.',
    remedy: 'Read the form again.',
  },
  FORM_CANNOT_ISSUE: {
    status: 409,
    title: 'Form not ready',
    cause: 'A token is made for a form that may issue something and that a site may show.',
    remedy: 'Choose types of vouchers and name the site first.',
  },
  VOUCHER_TYPE_UNKNOWN: {
    status: 422,
    title: 'Type of voucher not known',
    cause: 'Your organisation has no such type of voucher.',
    remedy: 'Choose from the types of vouchers of your organisation.',
  },
  FORM_TOKEN_NOT_FOUND: {
    status: 404,
    title: 'Form token not found',
    cause: 'No form token of your organisation has this id.',
    remedy: 'Open it from its form.',
  },
  FORM_TOKEN_EXISTS: {
    status: 409,
    title: 'The form has a token',
    cause: 'A form has one current token; the code of it cannot be shown again.',
    remedy: 'Replace the token: the old one can go on working for a while.',
  },
  FORM_TOKEN_MODE: {
    status: 409,
    title: 'Not the mode of this organisation',
    cause: 'Test tokens are for sandboxes; in every other organisation a form issues real vouchers.',
    remedy: 'Leave the mode out, or try the form out in a sandbox.',
  },
  FORM_TOKEN_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The token was stopped or replaced before.',
    remedy: 'Read the tokens of the form again.',
  },
  AGENCY_KEY_NOT_FOUND: {
    status: 404,
    title: 'Server key not found',
    cause: 'No server key of your organisation has this id.',
    remedy: 'Open it from its agency.',
  },
  AGENCY_KEY_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The server key was stopped before.',
    remedy: 'Make another key.',
  },
  AGENCY_LIMIT_REACHED: {
    status: 409,
    title: 'No more of these',
    cause: 'An organisation has at most 500 agencies, an agency 20 forms and 10 server keys that work.',
    remedy: 'Use one that is there, or stop one.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(AGENCY_PROBLEMS)
