// What no reviewer should overlook in something newly allowed: everyone, everything, and what leads to more.
// Next: scripts/review/policy-words.ts, which puts it behind the sentence.
import { isLimiting, namesCaller } from './policy-conditions.ts';
import type { Grant } from './policy-difference.ts';
import type { PolicySubject } from './policy-subject.ts';
import { isEverything, isEveryOfKind, matches } from './wildcards.ts';

/** Warnings, in words; none for what is ordinary. */
export function listDangers(subject: PolicySubject, grant: Grant): string[] {
  const { principals, actions, resources, conditions } = grant;
  const named = conditions.some(namesCaller);
  const foreign = listAccounts(principals).filter((each) => subject.accounts.size > 0 && !subject.accounts.has(each));
  const wideResources = resources.some((resource) => isEverything(resource) || resource.startsWith('all but '));
  const isOwn = subject.ownResource || subject.as === 'trust';
  const reaches = actions.some(isGrave) && !isOwn && !conditions.some(isLimiting);
  // A key that its own account administers is as AWS makes it: without that statement no one could change its policy again.
  const isAccount =
    subject.as === 'resource' &&
    foreign.length === 0 &&
    principals.every((each) => /^AWS arn:aws[a-z-]*:iam::\d{12}:root$/.test(each));
  const wideActions = actions.some(isWide) && !isAccount;
  const holds = subject.as === 'identity' || subject.as === 'boundary';
  return [
    ...(principals.includes('*') && conditions.length === 0 ? ['Anyone, without a condition.'] : []),
    ...(principals.includes('*') && conditions.length > 0 && !named ? ['Anyone: no condition says who.'] : []),
    ...(principals.some((each) => each.startsWith('all but ')) ? ['Everyone but those named.'] : []),
    ...(foreign.length > 0 ? ['Another account.'] : []),
    ...(principals.some(isIssuer) && !hasSubject(grant)
      ? ['Any token of this issuer: no condition on its `sub`.']
      : []),
    ...(wideActions ? ['Every action that the pattern matches.'] : []),
    ...(reaches && wideResources ? ['On every resource.'] : []),
    ...(reaches && !wideResources && resources.some(isEveryOfKind) ? ['On every one of its kind.'] : []),
    ...(holds && !wideActions && actions.some((each) => listMatching(each, escalations).length > 0)
      ? ['Can lead to more permissions.']
      : []),
  ];
}

/** The gravest first, so that a long list cannot hide one. */
export function sortByDanger(actions: readonly string[]): string[] {
  const rank = (action: string): number => {
    if (isWide(action)) return 0;
    return listMatching(action, escalations).length > 0 ? 1 : 2;
  };
  return actions.toSorted((a, b) => rank(a) - rank(b));
}

/** `*`, `s3:*`, `*:*`, and whatever is not excluded. */
function isWide(action: string): boolean {
  return /^[*?]+$|^[^:]*[*?][^:]*:|:[*?]+$|^all but /.test(action);
}

function isIssuer(principal: string): boolean {
  return /^Federated (?:arn:[^:]*:iam::[^:]*:oidc-provider\/|(?!arn:).*[*?])/.test(principal);
}

function hasSubject({ conditions }: Grant): boolean {
  return conditions.some((each) => /:sub$/i.test(each.key) && isLimiting(each));
}

function listAccounts(principals: readonly string[]): string[] {
  return principals.flatMap((each) => {
    const [, account] = /^AWS (?:arn:[^:]*:(?:iam|sts)::)?(\d{12})(?::|$)/.exec(each) ?? [];
    return account === undefined ? [] : [account];
  });
}

/** Changes something, or reads what is kept secret or is someone's data; names and settings are neither. */
function isGrave(action: string): boolean {
  if (!/^[\w-]+:(?:Describe|Get|List|Put(?:Metric|Telemetry|TraceSegments))/i.test(action)) return true;
  return listMatching(action, dataReads).length > 0;
}

function listMatching(pattern: string, known: readonly string[]): string[] {
  if (pattern.startsWith('all but ')) return [];
  return known.filter((each) => matches(pattern.toLowerCase(), each));
}

const lowerCase = (text: string): readonly string[] => text.toLowerCase().split(/\s+/).filter(Boolean);

/** https://docs.aws.amazon.com/prescriptive-guidance/latest/privilege-escalation-prevention: actions that hand out permissions. */
const escalations = lowerCase(`
  iam:PassRole iam:CreateAccessKey iam:CreateLoginProfile iam:UpdateLoginProfile iam:CreatePolicyVersion iam:CreateRole
  iam:CreateUser iam:AttachRolePolicy iam:AttachUserPolicy iam:AttachGroupPolicy iam:PutRolePolicy iam:PutUserPolicy
  iam:PutGroupPolicy iam:PutRolePermissionsBoundary iam:PutUserPermissionsBoundary iam:DeleteRolePermissionsBoundary
  iam:DeleteUserPermissionsBoundary iam:DeleteRolePolicy iam:DetachRolePolicy iam:UpdateAssumeRolePolicy
  iam:SetDefaultPolicyVersion iam:AddUserToGroup iam:AddRoleToInstanceProfile iam:CreateOpenIDConnectProvider
  iam:AddClientIDToOpenIDConnectProvider iam:CreateSAMLProvider iam:UpdateSAMLProvider sts:AssumeRole
  kms:PutKeyPolicy kms:CreateGrant secretsmanager:PutResourcePolicy s3:PutBucketPolicy
  lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration lambda:AddPermission lambda:CreateFunction
  ssm:SendCommand ssm:StartSession ecs:ExecuteCommand cloudformation:CreateStack cloudformation:UpdateStack
  organizations:LeaveOrganization organizations:DetachPolicy organizations:DeletePolicy organizations:UpdatePolicy`);

/** Reads of contents; the AWS names of most of them begin like those of harmless ones. */
const dataReads = lowerCase(`
  s3:GetObject s3:GetObjectVersion secretsmanager:GetSecretValue ssm:GetParameter ssm:GetParameters
  ssm:GetParametersByPath dynamodb:GetItem dynamodb:GetRecords kinesis:GetRecords logs:GetLogEvents logs:GetQueryResults
  athena:GetQueryResults appconfig:GetLatestConfiguration codecommit:GetFile lambda:GetFunction
  cognito-identity:GetCredentialsForIdentity sts:GetFederationToken`);
