/** What the pages of the own account, and the mails about it, say in English; the other languages say the same under the same names. */
export const ACCOUNT_EN = {
  title: 'Your account',
  lead: 'What you change here holds wherever you work.',
  save: 'Save',
  back: 'Back',
  backToWork: 'Back to work',
  name: 'Name',
  nameMissing: 'Enter your name, at most 200 characters.',
  shortcuts: 'Single-letter keyboard shortcuts',
  shortcutsHint: 'Letters such as “g t” move around the portal. They never act while you type in a field.',
  language: 'Language',
  languageHint:
    'For the mails that you get, and for the pages of sign-in, of your account and on which you decide about access. The portal is in English.',
  anyLanguage: 'As my browser asks',
  anyLanguageHint: 'Mails are then in the language in which an access was approved, else in English.',
  saved: {
    profile: 'Saved.',
    password: 'Your password was changed, and your other sessions were ended.',
    factor: 'Your second factors were changed.',
    session: 'The session was ended.',
    sessions: 'All other sessions were ended.',
  },
  passwordTitle: 'Password',
  passwordLead: 'Changing it ends all your other sessions.',
  change: {
    title: 'Change your password',
    lead: 'Your other sessions end, and you get a mail about it.',
    current: 'Current password',
    button: 'Change password',
    keep: 'Keep the old one',
    wrong: 'The current password is not right.',
  },
  factors: {
    title: 'Second factors',
    app: 'Authenticator app',
    appNote: 'Codes that change every 30 seconds',
    codes: 'Recovery codes',
    codesLeft: (left: number) => `${left} of 10 left`,
    newCodes: 'Make new codes',
    passkeyUsed: (made: string, used: string) => `Passkey · made ${made} · last used ${used}`,
    passkeyUnused: (made: string) => `Passkey · made ${made} · not used yet`,
    remove: 'Remove',
    removeWhat: (label: string) => `Remove ${label}`,
    removeApp: 'Remove the authenticator app',
    needed: 'You have no second factor. You need one to work here.',
    advised: 'You have no second factor. A password alone can be stolen or guessed.',
    addPasskey: 'Add a passkey',
    addApp: 'Add an authenticator app',
  },
  removal: {
    staysTitle: 'This one has to stay',
    stays:
      'It is your only second factor, and what you work with here needs one. Add another first, then remove this.',
    last: 'After this your password alone opens your account, and your recovery codes are gone too.',
    others: 'Your other second factors stay as they are.',
    keep: 'Keep it',
    appTitle: 'Remove the authenticator app?',
    passkeyTitle: (label: string) => `Remove the passkey “${label}”?`,
    passkey: 'Remove the passkey',
  },
  sessions: {
    title: 'Where you are signed in',
    here: 'This browser',
    end: 'End',
    endWhat: (browser: string) => `End the session of ${browser}`,
    endOthers: 'End all other sessions',
    unknownAddress: 'unknown address',
    line: (address: string, since: string, seen: string) =>
      `${address} · signed in ${since} · last seen ${seen}`,
    byPassword: (at: string) => `${at} by password`,
    byCode: (at: string) => `${at} by code`,
    byPasskey: (at: string) => `${at} by passkey`,
    note: 'A session ends 12 hours after you signed in, or after half an hour in which you did nothing.',
  },
  record: {
    title: 'What is kept of you',
    lead: 'Your name and address, where you work, your sign-ins, and what you did. To have it erased, ask the administrator of your organisation or the provider.',
    download: 'Download what is kept of you',
  },
  mails: {
    hello: 'Hello,',
    helloName: (name: string) => `Hello ${name},`,
    notYou:
      'If this was not you, set a new password at once and end your other sessions on your account page.',
    reset: {
      subject: (provider: string) => `Set a new password for ${provider}`,
      lead: 'Somebody, probably you, asked for a new password for this address. Open this page within 30 minutes; it works once:',
      stays:
        'Your second factor stays as it is and is still asked for. If you asked for nothing, do nothing: your password has not changed.',
    },
    newPlace: {
      subject: (provider: string) => `New sign-in to ${provider}`,
      lead: (browser: string, network: string, at: string) =>
        `Your account was opened with ${browser} from the network address ${network} on ${at}. It had not been opened from there, or not with such a browser, in the last 90 days.`,
      you: 'If it was you, do nothing.',
    },
    password: {
      subject: 'Your password was changed',
      lead: (provider: string) =>
        `The password of your ${provider} account was changed, and your other sessions were ended.`,
    },
    factors: {
      subject: 'Your second factors were changed',
      appAdded: (provider: string) => `On your ${provider} account, an authenticator app was added.`,
      appRemoved: (provider: string) => `On your ${provider} account, the authenticator app was removed.`,
      passkeyAdded: (provider: string, label: string) =>
        `On your ${provider} account, the passkey "${label}" was added.`,
      passkeyRemoved: (provider: string, label: string) =>
        `On your ${provider} account, the passkey "${label}" was removed.`,
      codesRenewed: (provider: string) =>
        `On your ${provider} account, new recovery codes were made and the old ones stopped working.`,
    },
  },
}

export type AccountWords = typeof ACCOUNT_EN
