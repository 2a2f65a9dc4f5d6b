#pragma once

/// Keeps this process on the processor that it runs on now; does nothing where the system cannot.
void strata_pin_to_current_processor(void);
