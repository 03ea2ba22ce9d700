/** What to do about a place that stands open, by the cause of the finding. */
export const OPEN_REMEDIES: Readonly<Record<string, string>> = {
  'lets-anybody-in':
    'put the guard back before this address, and look who has asked for it since the release',
  'gives-to-others':
    'let the query hold the owner (or the tenant) of what is asked for, and look who has read what',
  'tells-the-inside': 'switch debug mode off, and let errors answer with a page or a code of yours',
  'open-redirect': 'take only paths of the own site, or a list of addresses',
  'lists-a-folder':
    'switch the list off (nginx: autoindex off; Apache: Options -Indexes), or put an index there',
  'default-credentials': 'change that password now, and look who has used it',
  'serves-a-file': 'take the file out of what is served, and change every secret in it',
};
