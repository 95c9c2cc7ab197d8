// Patterns of policies, `*` for any text and `?` for one character, and which of two holds the other.
// Next: scripts/review/policy-difference.ts and scripts/review/policy-conditions.ts, which compare by them.

/** True when everything that the narrower pattern matches, the wider one does. */
export function matches(wider: string, narrower: string): boolean {
  if (wider === narrower) return true;
  // `${*}` is a star, not any text: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
  if (/\$\{[*?]\}/.test(wider)) return false;
  return matchFrom(wider, narrower);
}

/** True for a pattern that holds every resource, or every one of a service: `*`, `arn:aws:*`, `arn:aws:s3:::*`. */
export function isEverything(resource: string): boolean {
  if (/^[*?]+$/.test(resource)) return true;
  const parts = resource.split(':');
  return parts[0] === 'arn' && /^[*?:]+$/.test(parts.slice(Math.min(5, parts.length - 1)).join(':'));
}

/** True for every one of a kind, `arn:aws:lambda:*:1:function:*`. What is below one bucket or one API is not. */
export function isEveryOfKind(resource: string): boolean {
  return /^arn:[^:]*:(?!s3:|execute-api:)[^:]*:[^:]*:[^:]*:[\w-]+[:/][*?]+$/.test(resource);
}

/** Without backtracking over more than the last star. */
function matchFrom(pattern: string, text: string): boolean {
  let [at, from, star, resume] = [0, 0, -1, 0];
  while (from < text.length) {
    if (at < pattern.length && pattern[at] !== '*' && (pattern[at] === '?' || pattern[at] === text[from])) {
      // A star of the narrower pattern is any text, which one character does not hold.
      if (pattern[at] === '?' && text[from] === '*') return false;
      at += 1;
      from += 1;
    } else if (pattern[at] === '*') {
      star = at;
      resume = from;
      at += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      from = resume;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
