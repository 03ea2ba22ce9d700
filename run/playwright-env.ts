/** Environment variable with the directory of the Allure results; set by the command line for each run. */
export const ALLURE_RESULTS_ENV = 'GREENLIGHT_ALLURE_RESULTS';
