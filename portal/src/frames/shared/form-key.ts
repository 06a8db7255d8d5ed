/**
 * Names a form by what it edits. It begins anew when that has changed, and keeps what is entered in it while anything else of
 * its page is saved; the version would not tell these apart.
 */
export const formKey = (edited: unknown): string => JSON.stringify(edited)
