// Names that Bicep itself declares.

/** Namespaces, and values that are no calls. */
export const BUILT_IN_VALUES: ReadonlySet<string> = new Set(['az', 'sys']);

export const BUILT_IN_FUNCTIONS: ReadonlySet<string> = new Set(
  `any array base64 base64ToJson base64ToString bool buildUri cidrHost cidrSubnet coalesce concat contains
  dataUri dataUriToString dateTimeAdd dateTimeFromEpoch dateTimeToEpoch deployer deployment empty endsWith environment
  extensionResourceId fail filter first flatten format getSecret groupBy guid indexOf int intersection items join json last
  lastIndexOf length list listKeys loadDirectoryFileInfo loadFileAsBase64 loadJsonContent loadTextContent loadYamlContent
  managementGroup managementGroupResourceId map mapValues max min newGuid nameof objectKeys padLeft parseCidr parseUri
  pickZones range readEnvironmentVariable reduce reference replace resourceGroup resourceId shallowMerge skip sort split
  startsWith string subscription subscriptionResourceId substring take tenant tenantResourceId toLogicalZone
  toLogicalZones toLower toObject toPhysicalZone toPhysicalZones toUpper trim union uniqueString uri uriComponent
  uriComponentToString utcNow`.split(/\s+/),
);
