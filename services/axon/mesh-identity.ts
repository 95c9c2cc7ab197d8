// The caller as VPC Lattice names it, held against the role of the service a grant was issued to.
// Next: services/axon/verify.ts, for which this is one check of many.

/**
 * What speaks against the mesh's caller being the given role; undefined when it is.
 *
 * @param header - `x-amzn-lattice-identity`: `Principal=arn:…;SessionName=…;Type=AWS_IAM`. Lattice removes any that a client sends
 *   (https://docs.aws.amazon.com/vpc-lattice/latest/ug/http-targets.html)
 * @param roleArn - the IAM role of the grant's subject; undefined when that service has none here
 */
export function meshCallerProblem(header: string | undefined, roleArn: string | undefined): string | undefined {
  if (roleArn === undefined) return 'got a grant for a service without a role here, expected a configured caller';
  if (header === undefined) return 'got no x-amzn-lattice-identity header, expected the mesh to name its caller';
  const principals = header
    .split(';')
    .map((field) => field.trim())
    .filter((field) => field.startsWith('Principal='));
  const [principal] = principals;
  if (principal === undefined || principals.length > 1)
    return 'got a mesh identity without one principal, expected exactly one';
  return roleOf(principal.slice('Principal='.length)) === bareRole(roleArn)
    ? undefined
    : 'got another mesh identity than the role the grant was issued to';
}

/** `arn:aws:sts::1:assumed-role/name/session` → `arn:aws:iam::1:role/name`; STS leaves a role's path out. */
function roleOf(principalArn: string): string | undefined {
  const match = /^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\/[\w+=,.@-]+$/.exec(principalArn);
  return match ? `arn:${match[1]}:iam::${match[2]}:role/${match[3]}` : undefined;
}

function bareRole(roleArn: string): string {
  return roleArn.replace(/:role\/.*\//, ':role/');
}
