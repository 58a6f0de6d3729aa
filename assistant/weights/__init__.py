"""Model weights without torch: found in installed packages, converted once for CTranslate2 with numpy alone."""
