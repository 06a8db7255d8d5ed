import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'

/** What the pages of sign-in, recovery and step-up say in English; the other languages say the same under the same names. */
export const EN = {
  email: 'E-mail',
  password: 'Password',
  goOn: 'Continue',
  startAgain: 'Start again',
  backToSignIn: 'Back to sign-in',
  notNow: 'Not now',
  seconds: { one: 'second', other: 'seconds' },
  minutes: { one: 'minute', other: 'minutes' },
  wait: (long: string) => `Too many tries. Wait ${long}, then try again.`,
  waitUnlocked: (long: string) => `Too many tries. Wait ${long}, then try again. Nothing is locked.`,
  emailMissing: 'Enter your e-mail address, for example name@company.example.',
  unknownBrowser: 'Unknown browser',
  browserOn: (browser: string, system: string) => `${browser} on ${system}`,
  signIn: {
    title: 'Sign in',
    button: 'Sign in',
    forgotten: 'Forgotten your password?',
    notPartner: 'Not a partner yet?',
    apply: 'Apply to become one',
    wrong: 'The e-mail or the password is not right.',
    passwordMissing: 'Enter your password.',
    toDecide: (provider: string) => `Sign in to ${provider} to decide`,
    promise: 'Whoever asks for access never gets your password.',
  },
  demo: {
    title: 'This is a demo installation',
    lead: 'Everybody here is made up. Choose who you want to be.',
    leadOf: (password: Html) =>
      html`Everybody here is made up. Choose who you want to be, or type an address and the password
      ${password}.`,
    code: 'Nobody in this demo has a phone, so the code is filled in for you.',
    codeIn: (long: string) =>
      `Nobody in this demo has a phone, so the code is filled in for you. The last one was used a moment ago; this one is taken in ${long}.`,
  },
  passkey: {
    title: 'Sign in with a passkey',
    lead: 'Your device asks for your fingerprint, your face or its PIN. No password is needed.',
    use: 'Use a passkey',
    needsScript: 'Passkeys need JavaScript. Everything else here works without it.',
    back: 'Sign in with e-mail and password',
    refused: 'This passkey was not accepted. Try again, or sign in with your password.',
    unable: 'This browser cannot use passkeys on this page. Use another way, or another browser.',
    known: 'This device holds a passkey for this account already.',
    none: 'No passkey was given. Try again, or use another way.',
  },
  factor: {
    title: 'Show your second factor',
    lead: (name: string) => `Your password is right. One more step, ${name}.`,
    code: 'Code',
    codeHint: 'Six digits from your authenticator app. A recovery code works too.',
    recovery: 'Recovery code',
    recoveryHint: 'One of the ten codes that you kept when you set up your passkey.',
    lost: 'Lost your device and your codes? Somebody who manages your organisation’s members can help.',
    wrong: 'That was not accepted. Codes work once and for about a minute; enter the one that is shown now.',
  },
  stepUp: {
    title: 'Confirm that it is you',
    lead: 'What you are about to do needs to be you beyond doubt. This holds for 15 minutes.',
    wrongCode: 'That was not accepted. Enter the code that is shown now.',
    wrongPassword: 'The password is not right.',
    done: 'It is you',
    doneLead: 'Close this window and go on where you were. It holds for 15 minutes.',
  },
  recover: {
    title: 'Set a new password',
    lead: 'We send a link to your address. It works once, for 30 minutes.',
    send: 'Send me a link',
    sentTitle: 'Look into your mails',
    sent: (email: string) => `If ${email} belongs to an account here, a mail is on its way.`,
    nothing:
      'Nothing there after five minutes? Look among unwanted mails, or check the address. Your second factor stays as it is and is asked for after the new password.',
    goneTitle: 'This link no longer works',
    gone: 'It was used already, or its 30 minutes are over.',
    again: 'Ask for a new link',
    whose: (email: string) => `For ${email}. All your sessions end, and you sign in anew.`,
    set: 'Set the new password',
  },
  newPassword: {
    label: 'New password',
    hint: (shortest: number) =>
      `At least ${shortest} characters, any you like. Four unrelated words are good; pasting from a password keeper is better.`,
    short: (shortest: number) =>
      `Enter at least ${shortest} characters. A few unrelated words are good and easy to remember.`,
    long: (longest: number) => `Enter at most ${longest} characters.`,
    guessable:
      'This password is easy to guess: it is made of common words, rows of keys or your own name. Choose another.',
    breached:
      'This password is on a list of passwords that were stolen elsewhere. Whoever has the list tries it first. Choose another.',
  },
  enrol: {
    must: 'What you will see here belongs to others, so a password alone is not enough. This takes a minute, once.',
    may: 'A second factor keeps your account yours even when somebody learns your password.',
    more: 'Your account then needs more than your password to be opened.',
    app: 'Set up an authenticator app',
    scan: 'Scan this with an authenticator app, or type the key into it.',
    appCode: 'Code that the app shows',
    appCodeHint: 'Six digits. They change every 30 seconds.',
    confirm: 'Confirm',
    passkeyInstead: 'Use a passkey instead',
    passkey: 'Make a passkey',
    passkeyLead:
      'A passkey is kept by your device or password keeper and opened with your fingerprint, your face or a PIN. It cannot be phished, and it also signs you in without a password.',
    passkeyName: 'Name of this passkey',
    passkeyHint: 'So that you know it again in the list.',
    appInstead: 'Use an authenticator app instead',
    openTooLong: 'This page was open for too long. Scan the new code.',
    notNow: 'That is not the code that the app shows now. Enter the current one.',
    oneAlready: 'There is an authenticator app already. Remove it first.',
    refused: 'The passkey was not accepted. Try again.',
  },
  codes: {
    title: 'Keep your recovery codes',
    lead: 'If you lose your device, one of these lets you in instead of your second factor. Each works once.',
    keep: 'Print them or keep them in your password keeper now.',
    once: 'They are not shown again; on your account page you can make new ones.',
    kept: 'I have kept them',
  },
  choose: {
    title: 'Where do you want to go?',
    lead: 'You can be here in more than one name. Choose one; you can change at any time.',
    noPlace: 'No place to go yet',
    noPlaceLead: 'You are signed in, but you belong to no organisation here at present.',
    invite: (email: string) => `Somebody who manages members in your organisation can invite ${email}.`,
    platform: 'Platform',
    roles: {
      SUPER_ADMIN: 'Administration of the platform',
      PARTNER_OWNER: 'Partner · you are an owner',
      PARTNER_STAFF: 'Partner · you are on the staff',
      TENANT_ADMIN: 'Your organisation · you are an administrator',
      TENANT_USER: 'Your organisation',
    },
  },
  signOut: {
    title: 'Sign out?',
    lead: (name: string) => `You are signed in as ${name}.`,
    half: 'A sign-in may be half finished in this browser.',
    button: 'Sign out',
    stay: 'Stay signed in',
  },
}

export type IdentityWords = typeof EN
