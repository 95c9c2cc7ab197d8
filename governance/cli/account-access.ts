// Who publishes and where to: region, endpoints and credentials, from options, the environment, or the AWS default chain.
// Next: governance/cli/publish.ts, which calls KMS and DynamoDB with it.
import { type AwsAccess } from '../lambda/aws-json.ts';
import { UsageError } from './command.ts';

/** What calls to the two services need. */
export interface AccountAccess {
  readonly kms: AwsAccess;
  readonly dynamodb: AwsAccess;
}

/**
 * Finds the account. Options beat the environment; an endpoint of one service beats `AWS_ENDPOINT_URL`.
 *
 * @param given - `--region` and `--endpoint`
 * @throws UsageError without a region or with an endpoint that is no URL. @throws Error when nobody gives credentials
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export async function findAccount(
  environment: Readonly<Record<string, string | undefined>>,
  given: { region?: string | undefined; endpoint?: string | undefined },
): Promise<AccountAccess> {
  const region = given.region ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  if (region === undefined || !/^[a-z]{2,4}(-[a-z]+)+-\d$/.test(region))
    throw new UsageError(`got ${region ?? 'no region'}, expected one such as eu-central-1 by --region or AWS_REGION`);
  const endpointOf = (service: 'KMS' | 'DYNAMODB'): string | undefined => {
    const url = given.endpoint ?? environment[`AWS_ENDPOINT_URL_${service}`] ?? environment['AWS_ENDPOINT_URL'];
    if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
      throw new UsageError(`got the endpoint ${url}, expected an http or https URL`);
    return url;
  };
  const endpoints = { kms: endpointOf('KMS'), dynamodb: endpointOf('DYNAMODB') };
  const { accessKeyId, secretAccessKey, sessionToken } = await findCredentials(environment);
  const access = { region, accessKeyId, secretAccessKey, sessionToken };
  return { kms: { ...access, endpoint: endpoints.kms }, dynamodb: { ...access, endpoint: endpoints.dynamodb } };
}

async function findCredentials(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Pick<AwsAccess, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>> {
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  if (accessKeyId && secretAccessKey)
    return { accessKeyId, secretAccessKey, sessionToken: environment['AWS_SESSION_TOKEN'] };
  try {
    // Loaded only now: it is most of the tool's start-up time, and most calls do without.
    const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
    return await defaultProvider()();
  } catch (error) {
    throw new Error('got no aws credentials, expected them in the environment, a profile or a role; sign in first', {
      cause: error,
    });
  }
}
