/** What the short pages of the authorization server say in English; the other languages say the same under the same names. */
export const EN = {
  errors: {
    title: 'This request cannot go on',
    invalid_request: 'The application that sent you here made a request that cannot be used.',
    invalid_request_uri: 'The link that the application sent you with has run out, or was used before.',
    invalid_client: 'The application that sent you here is not known, or is stopped.',
    unauthorized_client: 'The application that sent you here may not ask for this.',
    other: 'The request of the application that sent you here cannot be carried out.',
    nothing: 'Nothing was shared and nothing was changed. Go back to the application and begin again.',
  },
  gone: {
    title: 'This request is over',
    lead: 'The request was answered, or its time ran out, or it was begun in another browser.',
    next: 'Nothing was shared. Go back to the application that sent you here and begin again.',
  },
  inForce: {
    lead: 'The request was allowed, and the access that it asked for is in force.',
    next: 'If the application did not go on, go back to it and begin again. You see every access, and can end it, under Partner access.',
    see: 'See access',
  },
  otherPerson: {
    title: 'Somebody else is being asked',
    lead: 'Another person began to answer this request in this browser.',
    next: 'Sign in as that person, or go back to the application and begin again in your own name.',
    signOut: 'Sign out',
  },
  finish: {
    title: 'Going back to the application',
    lead: 'Your answer is with us.',
    goOn: 'Continue',
  },
  waiting: {
    title: 'A second approver decides',
    nothing: 'Nothing is shared yet.',
    lead: 'Your organisation asks for two people. The other approvers have been told by mail.',
    next: 'When one of them has allowed it, open this page again in this browser, within seven days, to go on to the application. Until then the application gets nothing.',
  },
}

export type OAuthWords = typeof EN
